"""The regions that the embedded AWS plays: those of the partition ``aws``, as botocore lists them."""

from functools import cache

from botocore.session import Session


@cache
def played() -> frozenset[str]:
    """Their names."""
    return frozenset(Session().get_available_regions("cloudformation", partition_name="aws"))
