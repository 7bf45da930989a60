"""DynamoDB's statements: one that its parser cannot read is the caller's error, whatever the parser stumbles over."""

from functools import wraps
from typing import Any

from moto.core.exceptions import ServiceException
from moto.dynamodb.parsing import partiql

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around


def install() -> None:
    """Have moto's readers of statements refuse."""
    around(partiql, "query", _reading)
    around(partiql, "get_query_metadata", _reading)


def _reading(read: Any) -> Any:
    @wraps(read)
    def strictly(*args: Any, **named: Any) -> Any:
        try:
            found = read(*args, **named)
        except ServiceException:
            raise
        except Exception as error:  # the parser's own way to say no: it has no exception for it
            raise _not_well_formed(str(error)) from error
        if found is None:
            raise _not_well_formed("no statement")
        return found

    return strictly


def _not_well_formed(why: str) -> AwsError:
    return AwsError("ValidationException", f"Statement wasn't well formed, can't be processed: {why}")
