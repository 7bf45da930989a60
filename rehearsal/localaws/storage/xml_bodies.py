"""S3's documents as moto reads them: a root without anything in it is an empty document, and not nothing."""

from functools import wraps
from types import SimpleNamespace
from typing import Any

from moto.s3 import responses

from rehearsal.localaws.moto_bridge.replacing import replace


def install() -> None:
    """Read so wherever S3 reads XML."""
    replace(responses, "xmltodict", SimpleNamespace(parse=_of_documents(responses.xmltodict.parse)))


def _of_documents(parse: Any) -> Any:
    @wraps(parse)
    def parsed(text: Any, **named: Any) -> dict[str, Any]:
        return {root: {} if content is None else content for root, content in parse(text, **named).items()}

    return parsed
