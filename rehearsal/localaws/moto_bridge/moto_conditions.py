"""DynamoDB's conditions and filters: one that moto's parser cannot read is the caller's error.

The parser says so with ValueError, and with KeyError for a name or value that the request does not define: it has no
other way.
"""

from functools import wraps
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around


def install() -> None:
    """Have the parser refuse in DynamoDB's words."""
    around(ConditionExpressionParser, "parse", _reading)


def _reading(parse: Any) -> Any:
    @wraps(parse)
    def strictly(parser: Any) -> Any:
        try:
            return parse(parser)
        except KeyError as error:
            told = f"An expression attribute name or value used in the document path is not defined: {error}"
        except ValueError as error:
            told = f"Syntax error; {error}"
        raise AwsError("ValidationException", f"Invalid expression {parser.condition_expression!r}: {told}")

    return strictly
