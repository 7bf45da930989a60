"""The shadow endpoint: made of the model for the time of the analysis, with the job's role, and removed after it.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-parameters.html
"""

import csv
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.checkers.clarify.config import Predictor
from rehearsal.localaws.checkers.container import CheckFailed

_ROWS = 2_000
_LOOK_SECONDS = 0.2
_PATIENCE_SECONDS = 90
"""A job that is stopped is killed after two minutes."""
_CSV = "text/csv"


@dataclass(frozen=True)
class Endpoint:
    """An endpoint that answers lines of CSV with lines of CSV."""

    name: str
    runtime: Any

    def answers(self, rows: Sequence[Sequence[str]]) -> list[list[str]]:
        """The cells of the answer to each row.

        Raises:
            CheckFailed: the model refuses the rows, or answers another number of them.
        """
        found: list[list[str]] = []
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            answered = self._invoke("".join(f"{','.join(map(_quoted, row))}\n" for row in part))
            if len(answered) == 1 and len(part) > 1 and len(answered[0]) == len(part):
                answered = [[each] for each in answered[0]]  # images before 1.2-2 answer all rows on one line
            if len(answered) != len(part):
                raise CheckFailed(f"The model answered {len(answered)} lines to {len(part)} rows.")
            found += answered
        return found

    def _invoke(self, body: str) -> list[list[str]]:
        from botocore.exceptions import ClientError

        try:
            answer = self.runtime.invoke_endpoint(
                EndpointName=self.name, ContentType=_CSV, Accept=_CSV, Body=body.encode()
            )
        except ClientError as error:
            raise CheckFailed(f"The model refuses the rows: {error}") from error
        return [row for row in csv.reader(answer["Body"].read().decode().splitlines()) if row]


@contextmanager
def shadow(predictor: Predictor) -> Iterator[Endpoint]:
    """The endpoint, in service.

    Raises:
        CheckFailed: it cannot be made; the text says which call was refused.
    """
    import boto3  # a third of a second that an analysis without a model need not spend
    from botocore.exceptions import BotoCoreError, ClientError

    name = f"{predictor.prefix}-{uuid.uuid4().hex[:16]}"[:63]
    try:
        sagemaker = boto3.client("sagemaker")
        with _made(sagemaker, name, predictor):
            print(f"The shadow endpoint {name} serves {predictor.model}.", flush=True)
            yield Endpoint(name, boto3.client("sagemaker-runtime"))
    except (ClientError, BotoCoreError) as error:
        raise CheckFailed(f"The shadow endpoint of {predictor.model}: {error}") from error


@contextmanager
def _made(sagemaker: Any, name: str, predictor: Predictor) -> Iterator[None]:
    from botocore.exceptions import ClientError

    variant = {
        "VariantName": "AllTraffic",
        "ModelName": predictor.model,
        "InitialInstanceCount": predictor.instance_count,
        "InstanceType": predictor.instance_type,
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    try:
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
        try:
            _wait(sagemaker, name)
            yield
        finally:
            _delete(sagemaker, name)
    finally:
        with suppress(ClientError):
            sagemaker.delete_endpoint_config(EndpointConfigName=name)


def _delete(sagemaker: Any, name: str) -> None:
    """SageMaker refuses while the endpoint is still being made, as when the job is stopped early."""
    from botocore.exceptions import ClientError

    last = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < last:
        try:
            sagemaker.delete_endpoint(EndpointName=name)
        except ClientError as error:
            reason = str(error)
            time.sleep(_LOOK_SECONDS)
        else:
            return
    print(f"The shadow endpoint {name} is left: {reason}. Delete it.", flush=True)


def _wait(sagemaker: Any, name: str) -> None:
    while True:
        endpoint = sagemaker.describe_endpoint(EndpointName=name)
        if endpoint["EndpointStatus"] == "InService":
            return
        if endpoint["EndpointStatus"] == "Failed":
            raise CheckFailed(f"The shadow endpoint {name} failed: {endpoint.get('FailureReason')}")
        time.sleep(_LOOK_SECONDS)


def _quoted(cell: str) -> str:
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if any(each in cell for each in ',"\n') else cell
