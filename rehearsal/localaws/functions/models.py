"""Lambda's backend: moto keeps the records, ours runs the code.

``Function.invoke`` is where every way to a function ends: the Invoke API, and moto's other services that call one.
"""

import base64
import random
import re
import threading
import uuid
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException, UnknownLayerVersionException
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction, LayerVersion

from rehearsal.localaws.door import faults
from rehearsal.localaws.functions import (
    asynchronous,
    code,
    code_links,
    interpreter,
    limits,
    permissions,
    runtimes,
    wording,
)
from rehearsal.localaws.functions.configuration import Configuration
from rehearsal.localaws.functions.event_sources import checks, queue_poller
from rehearsal.localaws.functions.invocation import Invocation
from rehearsal.localaws.functions.pool import Package, pool
from rehearsal.localaws.functions.record import Result
from rehearsal.localaws.ground.errors import AwsError

_INVOKED_QUALIFIER = "x-rehearsal-invoked-qualifier"
_QUALIFIED = re.compile(
    r"(?P<function>(arn:aws:lambda:[^:]+:\d{12}:function:|\d{12}:(function:)?|function:)?(?!\d{12}:|function:|arn:)[\w-]+)"
    r":(?P<qualifier>\$LATEST|[\w-]+)"
)
"""A function's name, or part of its ARN, or all of it, with a version or alias at the end."""


class Function(LambdaFunction):
    """A function's record (one for each version), and its execution.

    moto copies functions deeply for its answers, so no lock, socket or process lives here.
    """

    def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
        super().__init__(account_id=account_id, spec=spec, region=region, version=version)
        self.logging_config: dict[str, str] = _logging_config(spec, self.function_name)
        self.dead_letter_arn: str | None = (spec.get("DeadLetterConfig") or {}).get("TargetArn")
        self.revision_id = str(uuid.uuid4())

    def _set_function_code(self, updated_spec: dict[str, Any]) -> None:
        """moto ignores the object's version, and fails with HTTP 500 on one that is not there."""
        if "S3Bucket" not in updated_spec or updated_spec.get("DryRun"):
            super()._set_function_code(updated_spec)
            return
        stored = code.stored_object(self.account_id, self.partition, updated_spec)
        encoded = base64.b64encode(stored).decode()
        super()._set_function_code({"ZipFile": encoded})
        self.code = {name: updated_spec[name] for name in updated_spec if name.startswith("S3")}

    @property
    def log_group(self) -> str:
        return self.logging_config["LogGroup"]

    def layer_versions(self) -> list[LayerVersion]:
        """The layers in the order in which they are laid."""
        return [self._layer(layer["Arn"]) for layer in self.layers]

    def _layer(self, arn: str) -> LayerVersion:
        region, account_id = arn.split(":")[3:5]
        version = lambda_backends()[account_id][region].layers_versions_by_arn(arn)
        if version is None:
            raise UnknownLayerVersionException([arn])
        return version

    def execute(
        self,
        payload: bytes,
        *,
        client_context: str | None = None,
        request_id: str | None = None,
        qualifier: str | None = None,
    ) -> Result:
        """Run the function now, in this thread, and wait for its result.

        Raises:
            AwsError: TooManyRequestsException, AccessDenied; and a runtime that this machine does not run.
        """
        runtimes.check_runs(self.run_time, self.package_type)
        configuration = Configuration.of(self)
        layers = tuple(code.unpacked(layer.code_digest, layer.code_bytes) for layer in self.layer_versions())
        package = Package(code.unpacked(self.code_digest, self.code_bytes), layers)
        called = f"{_unqualified(self.function_arn)}:{qualifier}" if qualifier else self.function_arn
        invocation = Invocation(
            payload, called, client_context, request_id or str(uuid.uuid4()), faults.crashes(self.function_name)
        )
        return pool().invoke(configuration, package, invocation, self._reserved_concurrency())

    def _reserved_concurrency(self) -> int | None:
        """It is kept with $LATEST and holds for all versions."""
        latest = lambda_backends()[self.account_id][self.region].get_function(self.function_name)
        return None if latest.reserved_concurrency is None else int(latest.reserved_concurrency)

    def invoke(self, body: Any, request_headers: Any, response_headers: Any) -> bytes:
        """Invoke as the caller asked: wait for the result, leave it for later, or only say that it could be."""
        asked = {name.lower(): value for name, value in (request_headers or {}).items()}
        kind = asked.get("x-amz-invocation-type", "RequestResponse")
        payload = (body.encode() if isinstance(body, str) else body) or b"{}"
        limits.check_payload(payload, asynchronous=kind == "Event")
        if kind == "DryRun":
            return b""
        qualifier = asked.get(_INVOKED_QUALIFIER)
        if kind == "Event":
            response_headers["x-amzn-requestid"] = asynchronous.accept(self, payload)
            return b""
        context = limits.client_context(asked.get("x-amz-client-context"))
        result = self.execute(payload, client_context=context, qualifier=qualifier)
        if result.failure is not None:
            response_headers["x-amz-function-error"] = "Unhandled"
        response_headers["x-amz-executed-version"] = result.version
        response_headers["x-amz-log-result"] = result.log_tail
        response_headers["x-amzn-requestid"] = result.request_id
        return result.payload

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        """moto's answer, with the members that it leaves out."""
        answer = super().get_configuration(on_create)
        answer["LastUpdateStatus"] = "Successful"
        answer["RevisionId"] = self.revision_id
        answer["LoggingConfig"] = self.logging_config
        answer["RuntimeVersionConfig"] = {"RuntimeVersionArn": wording.runtime_version_arn(self.run_time, self.region)}
        answer["Layers"] = answer.get("Layers") or None
        if self.dead_letter_arn:
            answer["DeadLetterConfig"] = {"TargetArn": self.dead_letter_arn}
        return {name: value for name, value in answer.items() if value is not None}

    def get_code(self) -> dict[str, Any]:
        """moto's answer, with a link that leads to the zip."""
        answer: dict[str, Any] = super().get_code()
        if self.package_type != "Image":
            answer["Code"] = {"RepositoryType": "S3", "Location": code_links.link_to(self.code_bytes)}
        return answer

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        """Apply UpdateFunctionConfiguration; checked before anything changes."""
        limits.check_configuration(config_updates)
        role_arn = str(config_updates.get("Role", self.role))
        if "Role" in config_updates:
            limits.check_role(role_arn)
        limits.check_dead_letters(role_arn, config_updates.get("DeadLetterConfig"))
        runtimes.check_may_deploy(config_updates.get("Runtime", self.run_time), self.package_type, updating=True)
        super().update_configuration(config_updates)
        if "DeadLetterConfig" in config_updates:
            self.dead_letter_arn = config_updates["DeadLetterConfig"].get("TargetArn") or None
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        if "LoggingConfig" in config_updates:
            self.logging_config = _logging_config(config_updates, self.function_name)
        self.revision_id = str(uuid.uuid4())
        return self.get_configuration()

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        """Apply UpdateFunctionCode; published versions keep what they have."""
        runtimes.check_may_deploy(self.run_time, self.package_type, updating=True)
        before = dict(self.__dict__)
        self.code = dict(self.code)
        super().update_function_code(updated_spec)
        try:
            code.check(self.code_digest, self.code_bytes)
        except AwsError:
            self.__dict__.update(before)
            raise
        if "Architectures" in updated_spec:
            self.architectures = updated_spec["Architectures"]
        self.revision_id = str(uuid.uuid4())
        return self.get_configuration()


class FunctionsBackend(LambdaBackend):
    """moto's backend, making functions that run."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.changing = threading.RLock()

    def add_permission(self, function_name: str, qualifier: str, raw: str) -> dict[str, Any]:
        """A statement more, whose principal is one, in the form in which policies name it."""
        statements = self.get_function(function_name, qualifier).policy.statements
        principal = permissions.check(raw, statements)
        statement: dict[str, Any] = super().add_permission(function_name, qualifier, raw)
        statement["Principal"] = principal
        return statement

    def create_function(self, spec: dict[str, Any]) -> Function:
        """Check as Lambda does, record, and publish where asked."""
        runtimes.check_may_deploy(spec.get("Runtime"), spec.get("PackageType", "Zip"))
        limits.check_configuration(spec)
        limits.check_role(spec["Role"])
        limits.check_dead_letters(spec["Role"], spec.get("DeadLetterConfig"))
        function = Function(account_id=self.account_id, spec=spec, region=self.region_name, version="$LATEST")
        code.check(function.code_digest, function.code_bytes)
        interpreter.warm_up()
        with self.changing:
            self._lambdas.put_function(function)
            if not spec.get("Publish"):
                return function
            return self.publish_version(function.function_name)

    def publish_layer_version(self, spec: dict[str, Any]) -> LayerVersion:
        """moto records the layer; its zip is checked before."""
        made = LayerVersion(spec, account_id=self.account_id, region=self.region_name)
        code.check(made.code_digest, made.code_bytes)
        return super().publish_layer_version(spec)

    def invoke(
        self, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
    ) -> bytes:
        """Find the version that the qualifier means today, and invoke it under the ARN that was called."""
        function = self.get_function(function_name, qualifier)
        called = qualifier or _qualifier_in(function_name)
        alias = self._lambdas._aliases[_unqualified(function.function_arn)].get(called or "")
        if alias is not None:
            function = self.get_function(function.function_name, _chosen_version(alias))
        return function.invoke(body, {**headers, _INVOKED_QUALIFIER: called or ""}, response_headers)

    def update_function_code(self, function_name: str, qualifier: str, body: dict[str, Any]) -> dict[str, Any]:
        """moto applies the code twice, before and after publishing; once is enough."""
        function = self.get_function(function_name, qualifier)
        answer = function.update_function_code(body)
        if not body.get("Publish"):
            return answer
        return self.publish_version(function.function_name).get_configuration()

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        """All of a function, or the one version that the qualifier, or the end of the name, says."""
        named = _QUALIFIED.fullmatch(function_name)
        if named and qualifier and qualifier != named["qualifier"]:
            raise _not_deleted("The derived qualifier from the function name does not match the specified qualifier.")
        wanted = named["qualifier"] if named else qualifier
        if wanted == "$LATEST":
            raise _not_deleted("$LATEST version cannot be deleted without deleting the function.")
        super().delete_function(named["function"] if named else function_name, wanted)

    def create_event_source_mapping(self, spec: dict[str, Any]) -> EventSourceMapping:
        """Record the mapping, and poll where it is a queue's."""
        arn = spec.get("EventSourceArn", "")
        for mapping in self._event_source_mappings.values():
            if (mapping.event_source_arn, mapping.function_name) == (arn, spec.get("FunctionName")):
                message = (
                    f'An event source mapping with event source arn (" {arn} ") and function name '
                    f'(" {mapping.function_name} ") already exists. Please update or delete the existing '
                    f"mapping with UUID {mapping.uuid}"
                )
                raise AwsError("ResourceConflictException", message, Type="User")
        if ":sqs:" not in arn:
            return super().create_event_source_mapping(spec)
        checks.check(self.get_function(spec["FunctionName"]), queue_poller.queue_of(arn))
        made = super().create_event_source_mapping(spec)
        queue_poller.start(made)
        return made

    def delete_event_source_mapping(self, uuid: str) -> EventSourceMapping | None:
        """Stop polling, and forget."""
        queue_poller.stop(uuid)
        return super().delete_event_source_mapping(uuid)

    def get_function_event_invoke_config(self, function_name: str) -> dict[str, Any]:
        """In AWS's words, which are the same for a function that is not there."""
        try:
            return super().get_function_event_invoke_config(function_name)
        except UnknownFunctionException as error:
            arn = f"arn:aws:lambda:{self.region_name}:{self.account_id}:function:{function_name.rpartition(':')[2]}"
            raise AwsError(
                "ResourceNotFoundException",
                f"The function {arn}:$LATEST doesn't have an EventInvokeConfig",
                Type="User",
            ) from error

    def put_function_event_invoke_config(self, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        """moto adds a configuration to a list of which it shows the first."""
        self.get_function(function_name).event_invoke_config = []
        return super().put_function_event_invoke_config(function_name, config)

    def update_function_event_invoke_config(self, function_name: str, config: dict[str, Any]) -> dict[str, Any]:
        """What is not given stays."""
        kept = self.get_function(function_name).event_invoke_config
        return self.put_function_event_invoke_config(function_name, {**(kept[-1].config if kept else {}), **config})


def _qualifier_in(name_or_arn: str) -> str | None:
    """``name:live`` and ``arn:...:function:name:live`` carry one."""
    name = name_or_arn.rpartition(":function:")[2]
    return name.partition(":")[2] or None


def _unqualified(arn: str) -> str:
    return ":".join(arn.split(":")[:7])


def _chosen_version(alias: Any) -> str:
    """An alias may send a share of its invocations to a second version."""
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
    ticket = random.random()
    for version, weight in weights.items():
        if ticket < weight:
            return str(version)
        ticket -= weight
    return str(alias.function_version)


def lambda_backends() -> Any:
    """moto's backends by account and region, wired to ours."""
    from moto.awslambda.models import lambda_backends as backends

    return backends


def _logging_config(spec: dict[str, Any], name: str) -> dict[str, str]:
    return {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{name}", **(spec.get("LoggingConfig") or {})}


def _not_deleted(reason: str) -> AwsError:
    return AwsError("InvalidParameterValueException", reason, Type="User")
