"""Tags of CodePipeline's resources, with the documented limits. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rehearsal.localaws.ground.errors import AwsError

MAX_TAGS = 50


def check(given: Sequence[Mapping[str, str]], present: Mapping[str, str] | None = None) -> None:
    """Refuse tags that CodePipeline would refuse, together with those that are present.

    Raises:
        AwsError: InvalidTagsException or TooManyTagsException.
    """
    keys = Counter(tag["key"] for tag in given)
    repeated = [key for key, count in keys.items() if count > 1]
    if repeated:
        raise AwsError("InvalidTagsException", f"The tag key {repeated[0]} is used more than once.")
    reserved = [key for key in keys if key.lower().startswith("aws:")]
    if reserved:
        raise AwsError("InvalidTagsException", f"Tag keys that begin with aws: are reserved: {reserved[0]}")
    if len(set(keys) | set(present or {})) > MAX_TAGS:
        raise AwsError("TooManyTagsException", f"A resource can have at most {MAX_TAGS} tags.")


def as_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API writes them."""
    return [{"key": key, "value": value} for key, value in tags.items()]
