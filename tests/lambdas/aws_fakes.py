"""Small AWS services for the functions: they keep what they were told, and hold every request against the service
model."""

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


@cache
def service_model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


@cache
def operations(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in service_model(service).operation_names}


def error(code: str, message: str, operation: str = "Operation", status: int = 400, **members: Any) -> ClientError:
    response = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}, **members}
    return ClientError(response, operation)


class Checked:
    """Calls ``fake`` after botocore's own validation, lengths and patterns of the model included where they matter."""

    def __init__(self, service: str, fake: Any) -> None:
        self._service, self._fake = service, fake
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name == "get_paginator":
            return lambda operation: Pages(getattr(self, operation))
        model = service_model(self._service).operation_model(operations(self._service)[name])

        def call(**request: Any) -> Any:
            report = ParamValidator().validate(request, model.input_shape)
            assert not report.has_errors(), report.generate_report()
            self.calls.append((name, request))
            return getattr(self._fake, name)(**request)

        return call

    def called(self, name: str) -> list[dict[str, Any]]:
        return [request for called, request in self.calls if called == name]


class Pages:
    def __init__(self, operation: Callable[..., Any]) -> None:
        self._operation = operation

    def paginate(self, **request: Any) -> Iterator[Any]:
        yield self._operation(**request)


class S3:
    """Objects with versions, ranges and preconditions."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.versions = itertools.count(1)
        self.version: dict[tuple[str, str], int] = {}

    def put_object(self, Bucket: str, Key: str, Body: bytes, **_rest: Any) -> dict[str, Any]:
        self.objects[Bucket, Key] = bytes(Body)
        self.version[Bucket, Key] = next(self.versions)
        return {}

    def get_object(
        self, Bucket: str, Key: str, Range: str = "bytes=0-", VersionId: str | None = None, IfMatch: str | None = None
    ) -> dict[str, Any]:
        if (Bucket, Key) not in self.objects:
            raise error("NoSuchKey", "The specified key does not exist.", "GetObject", 404)
        content, version = self.objects[Bucket, Key], f"v{self.version[Bucket, Key]}"
        if VersionId not in (None, version):
            raise error("NoSuchVersion", "The specified version does not exist.", "GetObject", 404)
        start, _, end = Range.removeprefix("bytes=").partition("-")
        if int(start) >= len(content) and int(start) + (end != ""):
            raise error("InvalidRange", "The requested range is not satisfiable", "GetObject", 416)
        part = content[int(start) : int(end) + 1 if end else None]
        return {
            "Body": io.BytesIO(part),
            "ETag": f'"{version}"',
            "VersionId": version,
            "ContentLength": len(part),
            "ContentRange": f"bytes {start}-{end}/{len(content)}",
        }

    def list_object_versions(self, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = [key for bucket, key in self.objects if bucket == Bucket and key.startswith(Prefix)]
        return {
            "Versions": [
                {
                    "Key": key,
                    "VersionId": f"v{self.version[Bucket, key]}",
                    "ETag": f'"etag-{key}"',
                    "Size": len(self.objects[Bucket, key]),
                    "IsLatest": True,
                }
                for key in found
            ]
        }


class CodePipeline:
    """Keeps the answers to jobs."""

    def __init__(self) -> None:
        self.successes: list[dict[str, Any]] = []
        self.failures: list[dict[str, Any]] = []

    def put_job_success_result(self, **answer: Any) -> None:
        self.successes.append(answer)

    def put_job_failure_result(self, **answer: Any) -> None:
        self.failures.append(answer)


class SageMaker:
    """Training jobs, models, endpoint configs and endpoints; statuses change when a test says so."""

    def __init__(self) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.models: dict[str, dict[str, Any]] = {}
        self.configs: dict[str, dict[str, Any]] = {}
        self.endpoints: dict[str, dict[str, Any]] = {}

    def create_training_job(self, TrainingJobName: str, **request: Any) -> dict[str, Any]:
        if TrainingJobName in self.jobs:
            raise error("ResourceInUse", f"Training job names must be unique: {TrainingJobName}", "CreateTrainingJob")
        status = {"TrainingJobStatus": "InProgress", "SecondaryStatus": "Starting"}
        self.jobs[TrainingJobName] = {"TrainingJobName": TrainingJobName, **request, **status}
        return {}

    def complete(self, name: str, **members: Any) -> None:
        self.jobs[name] |= {
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://models/{name}/output/model.tar.gz"},
            "FinalMetricDataList": [{"MetricName": "validation:rmse", "Value": 0.61}],
            "BillableTimeInSeconds": 42,
            **members,
        }

    def describe_training_job(self, TrainingJobName: str) -> dict[str, Any]:
        return self._get(self.jobs, TrainingJobName, "Requested resource not found: Could not find it.")

    def create_model(self, ModelName: str, **request: Any) -> None:
        self.models[ModelName] = {"ModelName": ModelName, **request}

    def describe_model(self, ModelName: str) -> dict[str, Any]:
        return self._get(self.models, ModelName, f'Could not find model "{ModelName}".')

    def delete_model(self, ModelName: str) -> None:
        del self.models[ModelName]

    def create_endpoint_config(self, EndpointConfigName: str, **request: Any) -> None:
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/{EndpointConfigName.lower()}"
        self.configs[EndpointConfigName] = {
            "EndpointConfigName": EndpointConfigName,
            "EndpointConfigArn": arn,
            **request,
        }

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        return self._get(
            self.configs, EndpointConfigName, f'Could not find endpoint configuration "{EndpointConfigName}".'
        )

    def delete_endpoint_config(self, EndpointConfigName: str) -> None:
        del self.configs[EndpointConfigName]

    def list_endpoint_configs(self, NameContains: str, **_order: Any) -> dict[str, Any]:
        return {
            "EndpointConfigs": [{"EndpointConfigName": name} for name in reversed(self.configs) if NameContains in name]
        }

    def list_tags(self, ResourceArn: str) -> dict[str, Any]:
        return {
            "Tags": next(each for each in self.configs.values() if each["EndpointConfigArn"] == ResourceArn)["Tags"]
        }

    def create_endpoint(self, EndpointName: str, EndpointConfigName: str, Tags: list[Any]) -> None:
        self._set(EndpointName, EndpointConfigName, "Creating")

    def update_endpoint(self, EndpointName: str, EndpointConfigName: str, **_deployment: Any) -> None:
        current = self.endpoints[EndpointName]
        if current["EndpointStatus"] != "InService":
            raise error("ValidationException", f"Cannot update in-progress endpoint {EndpointName}", "UpdateEndpoint")
        current |= {
            "EndpointStatus": "Updating",
            "PendingDeploymentSummary": {"EndpointConfigName": EndpointConfigName},
        }

    def delete_endpoint(self, EndpointName: str) -> None:
        self.endpoints[EndpointName]["EndpointStatus"] = "Deleting"

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        return dict(self._get(self.endpoints, EndpointName, f'Could not find endpoint "{EndpointName}".'))

    def settle(self, name: str) -> None:
        """Whatever goes on with the endpoint is over."""
        current = self.endpoints[name]
        if current["EndpointStatus"] == "Deleting":
            del self.endpoints[name]
            return
        pending = current.pop("PendingDeploymentSummary", None)
        self._set(name, pending["EndpointConfigName"] if pending else current["EndpointConfigName"], "InService")

    def _set(self, name: str, config: str, status: str) -> None:
        self.endpoints[name] = {"EndpointName": name, "EndpointConfigName": config, "EndpointStatus": status}

    def _get(self, things: dict[str, dict[str, Any]], name: str, missing: str) -> dict[str, Any]:
        if name not in things:
            raise error("ValidationException", missing, "Describe")
        return things[name]


class Runtime:
    """An endpoint whose prediction of a row is the sum of its features; ``trouble`` may raise before it answers."""

    def __init__(self) -> None:
        self.trouble: Callable[[int, bytes], None] = lambda call, body: None
        self.bodies: list[bytes] = []

    def invoke_endpoint(self, EndpointName: str, Body: bytes, ContentType: str, Accept: str) -> dict[str, Any]:
        self.trouble(len(self.bodies), Body)
        self.bodies.append(Body)
        answers = [predict(line) for line in Body.split(b"\n") if line]
        return {"Body": io.BytesIO("".join(f"{answer!r}\n" for answer in answers).encode())}


def predict(line: bytes) -> float:
    return sum(map(float, line.split(b",")))


def zipped(**files: Any) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "-") + ".json", json.dumps(content))
    return buffer.getvalue()


def unzipped(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}
