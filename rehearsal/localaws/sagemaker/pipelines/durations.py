"""The durations of CacheConfig: ISO 8601, as loosely as the service takes them (``p30d``, ``P4DT12H``, ``T16m``,
``30d``). Pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
"""

import re

_DAY = 86400.0
_DURATION = re.compile(
    r"P?(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?",
    re.IGNORECASE,
)
_SECONDS = {
    "years": 365 * _DAY,
    "months": 30 * _DAY,
    "weeks": 7 * _DAY,
    "days": _DAY,
    "hours": 3600.0,
    "minutes": 60.0,
    "seconds": 1.0,
}


def seconds(text: str) -> float:
    """How long it is. A year has 365 days and a month 30: the service does not say otherwise.

    Raises:
        ValueError: the text is no duration.
    """
    found = _DURATION.fullmatch(text.strip())
    given = {name: int(value) for name, value in found.groupdict().items() if value} if found else {}
    if not given or text.strip().upper().endswith("T"):
        raise ValueError(f"{text!r} is no ISO 8601 duration such as P30D or T12H")
    return sum(_SECONDS[name] * value for name, value in given.items())
