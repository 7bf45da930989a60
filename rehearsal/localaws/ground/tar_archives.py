"""Python's ``tarfile`` with its extraction filters, which came with Python 3.11.4: before it, the same module as a library brings it.

Everything that unpacks takes ``tarfile`` from here, so that an archive is held to the same rules on every Python.
"""

import tarfile as _of_this_python
from typing import TYPE_CHECKING

if TYPE_CHECKING or hasattr(_of_this_python, "data_filter"):
    tarfile = _of_this_python
else:
    from backports import tarfile

__all__ = ["tarfile"]
