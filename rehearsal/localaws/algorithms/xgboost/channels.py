"""Which channels a training run may have, and how each may be set up. Pure.

``train`` is required, ``validation`` and ``code`` may be there, another one is refused. A content type is matched
letter by letter: ``text/csv; label_size=1`` and ``TEXT/CSV`` are good types in requests to an endpoint, and not here.
"""

from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.algorithms.xgboost.content_types import DEFAULT_CONTENT_TYPE, FORMATS
from rehearsal.localaws.algorithms.xgboost.errors import UserError
from rehearsal.localaws.algorithms.xgboost.versions import V3_2, ImageVersion

FILE, FAST_FILE, PIPE = "File", "FastFile", "Pipe"
_DISTRIBUTIONS = ("FullyReplicated", "ShardedByS3Key")
_DATA_CHANNELS = ("train", "validation")
_NOT_PIPED = ("libsvm", "text/libsvm", "text/x-libsvm")

Channel = Mapping[str, Any]
"""A member of ``inputdataconfig.json``: ContentType, TrainingInputMode, S3DistributionType."""


def validate(given: Mapping[str, Channel], version: ImageVersion) -> dict[str, Channel]:
    """The channels with the default content type filled in.

    Raises:
        UserError: in the image's words.
    """
    if "train" not in given:
        raise UserError("Missing required channel: train")
    checked: dict[str, Channel] = {}
    for name, channel in given.items():
        if name not in (*_DATA_CHANNELS, "code"):
            raise UserError(f"Extraneous channel found: {name}")
        complete = {"ContentType": DEFAULT_CONTENT_TYPE, **channel}
        if not _is_supported(name, complete, version):
            raise UserError(f"Channel configuration for '{name}' channel is not supported: {complete}")
        checked[name] = complete
    return checked


def _is_supported(name: str, channel: Channel, version: ImageVersion) -> bool:
    content_type, mode = channel["ContentType"], channel.get("TrainingInputMode", FILE)
    distribution = channel.get("S3DistributionType", "FullyReplicated")
    if name == "code":
        return (content_type, mode, distribution) == ("text/python", FILE, "FullyReplicated")
    if mode == PIPE and (version >= V3_2 or content_type in _NOT_PIPED):
        return False
    return content_type in FORMATS and mode in (FILE, FAST_FILE, PIPE) and distribution in _DISTRIBUTIONS
