"""Import XGBoost without what it imports for others: a training process starts in a quarter of the time.

``import xgboost`` loads scipy, and scikit-learn and pandas where they are installed, for callers who pass their types:
0.15 to 2 seconds for a run that trains in 0.1. The algorithm passes numpy arrays and files only, so its process (and no
other: :mod:`__main__` calls this first) shows XGBoost stand-ins of the few names that it asks these packages for.
``tests/localaws/algorithms/test_lean_import.py`` holds it to the pinned XGBoost release.
"""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

_SPARSE_TYPES = ("csr_matrix", "csc_matrix", "coo_matrix", "csr_array", "csc_array", "coo_array", "spmatrix")


def install() -> None:
    """Put the stand-ins where the import looks; call before anything imports XGBoost."""
    for absent in ("sklearn", "pandas"):
        sys.modules[absent] = None  # type: ignore[assignment]  # Python's own way to say that it is not there
    scipy, sparse, special = (_module(name) for name in ("scipy", "scipy.sparse", "scipy.special"))
    for name in _SPARSE_TYPES:
        setattr(sparse, name, type(name, (), {}))
    special.softmax = None  # type: ignore[attr-defined]
    scipy.sparse, scipy.special = sparse, special  # type: ignore[attr-defined]


def remove() -> None:
    """Take the stand-ins away again, for a library that would ask them for more: XGBoost, once imported, keeps its
    own."""
    for name in ("sklearn", "pandas"):
        if sys.modules.get(name, sys) is None:
            del sys.modules[name]
    for name in ("scipy", "scipy.sparse", "scipy.special"):
        if not getattr(sys.modules.get(name), "__path__", True):
            del sys.modules[name]


def _module(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None, is_package=True)
    module.__path__ = []
    sys.modules[name] = module
    return module
