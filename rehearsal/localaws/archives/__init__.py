"""The one way by which a zip or tar from outside becomes files: within limits, inside its folder, without links."""

from rehearsal.localaws.archives.limits import Limits, NotUnpacked, Refused, TooLarge
from rehearsal.localaws.archives.unpacking import read_file, untar, untar_wanted, unzip

__all__ = ["Limits", "NotUnpacked", "Refused", "TooLarge", "read_file", "untar", "untar_wanted", "unzip"]
