"""moto's EC2 is loaded when something of EC2 is asked for, not with Systems Manager and ECS, which could ask it.

They import its records at the top of their modules. EC2 reads a list of all types of instances and images, and the
largest model of botocore: more than half a second and tens of megabytes, for a stack with one parameter.
"""

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import Any

from rehearsal.localaws.moto_bridge import on_import

_EC2 = "moto.ec2"
IMPORTERS = ("moto.ssm.models", "moto.ecs.models")


class LaterBackends:
    """Stands for moto's ``ec2_backends`` with who has imported them: what is asked of it, it asks of them."""

    def __getitem__(self, account_id: str) -> Any:
        return importlib.import_module(_EC2).ec2_backends[account_id]


def install() -> None:
    """Have the importers find the stand-in."""
    for importer in IMPORTERS:
        on_import.before(importer, _put_in)
        on_import.after(importer, _take_away)


def _put_in() -> None:
    if _EC2 in sys.modules:
        return
    stand_in = ModuleType(_EC2)
    spec = importlib.util.find_spec(_EC2)
    assert spec is not None
    stand_in.__path__ = list(spec.submodule_search_locations or ())  # its small modules are imported as they are
    stand_in.ec2_backends = LaterBackends()  # type: ignore[attr-defined]
    sys.modules[_EC2] = stand_in


def _take_away() -> None:
    if isinstance(getattr(sys.modules.get(_EC2), "ec2_backends", None), LaterBackends):
        del sys.modules[_EC2]
