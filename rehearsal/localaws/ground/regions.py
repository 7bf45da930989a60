"""The regions that the embedded AWS plays: those of the partition ``aws``, as botocore lists them."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from botocore.loaders import Loader
from botocore.regions import EndpointResolver


@cache
def played() -> frozenset[str]:
    """Their names."""
    resolver = EndpointResolver(_endpoints())
    return frozenset(resolver.get_available_endpoints("cloudformation", partition_name="aws"))


def _endpoints() -> Any:
    """botocore's list of all endpoints: more than a megabyte, read at every start, so by a quicker parser than
    botocore's own."""
    plain = Path(Loader.BUILTIN_DATA_PATH, "endpoints.json")
    return orjson.loads(plain.read_bytes()) if plain.is_file() else Loader().load_data("endpoints")
