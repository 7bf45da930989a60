"""An account of fakes: clients that answer from tables, for what no embedded AWS offers (prices, quotas, other
accounts)."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws

Answer = Any
"""What an operation answers: a value, an exception to raise, or a function of the request."""


def refused(code: str, operation: str = "Operation", message: str = "so says the service") -> ClientError:
    """A service's error."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


def no_stack(StackName: str) -> None:
    """DescribeStacks where there is none."""
    raise refused("ValidationError", "DescribeStacks", f"Stack with id {StackName} does not exist")


class Client:
    """A client with the operations given; ``requests`` are those that came."""

    class exceptions:
        class ResourceNotFoundException(Exception):
            pass

        class PipelineNotFoundException(Exception):
            pass

        class NoSuchBucket(Exception):
            pass

    def __init__(self, **answers: Answer) -> None:
        self._answers = answers
        self.requests: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation not in self._answers:
            raise AttributeError(f"the fake has no {operation}")

        def call(**request: Any) -> Any:
            self.requests.append((operation, request))
            answer = self._answers[operation]
            if isinstance(answer, Exception):
                raise answer
            return answer(**request) if callable(answer) else answer

        return call

    def get_paginator(self, operation: str) -> Any:
        """Its only page is the operation's answer."""
        client = self

        class Pages:
            def paginate(self, **request: Any) -> list[Any]:
                return [getattr(client, operation)(**request)]

        return Pages()


class Session:
    """A boto3 session of such clients."""

    def __init__(self, clients: dict[str, Client]) -> None:
        self._clients = clients

    def client(self, service: str, **_options: Any) -> Client:
        return self._clients[service]

    def get_available_regions(self, _service: str, _partition: str) -> list[str]:
        return ["eu-west-1", "us-east-1"]

    def get_partition_for_region(self, _region: str) -> str:
        return "aws"


def account(region: Any = "us-east-1", **clients: Client) -> Aws:
    """An account that has these services (``service_quotas`` for ``service-quotas``)."""
    return Aws(Session({name.replace("_", "-"): client for name, client in clients.items()}), region)
