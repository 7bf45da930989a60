"""Streams of DynamoDB: what is no stream, or no shard of it, is told as AWS tells it, where moto asserts."""

import re
from functools import wraps
from typing import Any

from moto.dynamodbstreams.models import DynamoDBStreamsBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import around

_ARN = re.compile(r"arn:[^:]*:dynamodb:[^:]*:[^:]*:table/[^/]+/stream/.+")


def install() -> None:
    """Look before moto does."""
    around(DynamoDBStreamsBackend, "_get_table_from_arn", _with_stream)
    around(DynamoDBStreamsBackend, "get_shard_iterator", _of_a_shard)


def _with_stream(get: Any) -> Any:
    @wraps(get)
    def get_table(backend: Any, arn: str) -> Any:
        table = get(backend, arn) if _ARN.match(arn) else None
        if table is None or table.stream_shard is None:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Stream: {arn} not found")
        return table

    return get_table


def _of_a_shard(get: Any) -> Any:
    @wraps(get)
    def get_shard_iterator(backend: Any, arn: str, shard_id: str, *args: Any, **named: Any) -> Any:
        if backend._get_table_from_arn(arn).stream_shard.id != shard_id:
            raise AwsError("ResourceNotFoundException", f"Requested resource not found: Shard: {shard_id} of {arn}")
        return get(backend, arn, shard_id, *args, **named)

    return get_shard_iterator
