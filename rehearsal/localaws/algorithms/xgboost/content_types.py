"""The data formats of the algorithm, and the content types that name them."""

from enum import StrEnum
from functools import lru_cache

from rehearsal.localaws.algorithms.xgboost.errors import UserError


class DataFormat(StrEnum):
    """How data is written, in channels and in requests."""

    CSV = "csv"
    LIBSVM = "libsvm"
    PARQUET = "parquet"
    RECORDIO_PROTOBUF = "recordio-protobuf"


FORMATS: dict[str, DataFormat] = {
    "csv": DataFormat.CSV,
    "libsvm": DataFormat.LIBSVM,
    "parquet": DataFormat.PARQUET,
    "recordio-protobuf": DataFormat.RECORDIO_PROTOBUF,
    "text/csv": DataFormat.CSV,
    "text/libsvm": DataFormat.LIBSVM,
    "text/x-libsvm": DataFormat.LIBSVM,
    "application/x-parquet": DataFormat.PARQUET,
    "application/x-recordio-protobuf": DataFormat.RECORDIO_PROTOBUF,
}
"""Content types in the order in which the image lists them."""

DEFAULT_CONTENT_TYPE = "text/libsvm"


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """``text/csv; label_size=1`` as its lower-case type and its parameters."""
    kind, *rest = header.lower().split(";")
    parameters = dict(part.strip().partition("=")[::2] for part in rest if part.strip())
    return kind.strip(), {name.strip(): value.strip().strip('"') for name, value in parameters.items()}


@lru_cache(maxsize=64)
def data_format(content_type: str | None) -> DataFormat:
    """The format that a content type names; libsvm when there is none.

    Raises:
        UserError: for another content type, or a CSV whose ``label_size`` is not 1.
    """
    if not content_type:
        return DataFormat.LIBSVM
    kind, parameters = media_type(content_type)
    if kind not in FORMATS:
        raise UserError(f"{content_type} is not an accepted ContentType: {', '.join(FORMATS)}.")
    if FORMATS[kind] is DataFormat.CSV and parameters.get("label_size", "1") != "1":
        raise UserError(
            f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1"
        )
    return FORMATS[kind]
