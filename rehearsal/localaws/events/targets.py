"""How each kind of rule target is reached. One function a service, each with the rule's role or under the target's
policy."""

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import xform_name
from moto.events.models import Rule

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.events import recipients
from rehearsal.localaws.events.recipients import Sender
from rehearsal.localaws.ground import arns, host, sdk_names
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.services.logs import LogStream

SERVICE = "events.amazonaws.com"
_starting_rules: dict[str, str] = {}


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one target."""

    source_arn: str
    target: Mapping[str, Any]
    event: Mapping[str, Any]
    input: str
    service: str = SERVICE

    @property
    def arn(self) -> str:
        return str(self.target["Arn"])

    @property
    def region(self) -> str:
        return self.arn.split(":")[3] or self.source_arn.split(":")[3]

    @property
    def sender(self) -> Sender:
        return Sender(self.service, self.source_arn)

    @property
    def is_by_role(self) -> bool:
        """A schedule's target, and a rule's in another account: reached with the target's role.

        https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-cross-account.html
        """
        owner = arns.account_of(self.arn)
        return self.service != SERVICE or owner not in ("", arns.account_of(self.source_arn))

    @property
    def has_own_input(self) -> bool:
        """Whether the rule's author wrote the input, which then holds parameters of the call."""
        return any(self.target.get(name) for name in ("Input", "InputPath", "InputTransformer"))

    def client(self, service: str) -> Any:
        """A client of ``service`` with the target's role.

        Raises:
            AwsError: ValidationException, when the target has no role; AccessDenied, when it cannot be assumed.
        """
        role_arn = self.target.get("RoleArn")
        if not role_arn:
            raise AwsError("ValidationException", f"RoleArn is required for target {self.arn}")
        credentials = identity.assume_role(role_arn, "AWS_Events_Invoke_Target", service=self.service)
        return identity.client(service, credentials, self.region)


def send(delivery: Delivery) -> None:
    """Bring the event to its target.

    Raises:
        AwsError, botocore.exceptions.ClientError: why the target did not take it.
    """
    service = delivery.arn.split(":")[2]
    sender = _SENDERS_BY_ROLE.get(service) if delivery.is_by_role else _SENDERS.get(service)
    if sender is None:
        raise AwsError("ValidationException", f"The embedded AWS does not deliver events to {service}: {delivery.arn}")
    sender(delivery)


def _invoke_function(delivery: Delivery) -> None:
    recipients.invoke_function(delivery.arn, delivery.input, delivery.sender)


def _send_message(delivery: Delivery) -> None:
    group_id = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
    recipients.send_message(delivery.arn, delivery.input, delivery.sender, group_id=group_id)


def _publish(delivery: Delivery) -> None:
    recipients.publish(delivery.arn, delivery.input, delivery.sender)


def _start_pipeline(delivery: Delivery) -> None:
    parameters = _own_parameters(delivery, ("variables", "sourceRevisions"))
    listed = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
    token = str(uuid.uuid4())
    _starting_rules[token] = delivery.source_arn
    try:
        delivery.client("codepipeline").start_pipeline_execution(
            name=delivery.arn.rpartition(":")[2], clientRequestToken=token, **listed
        )
    finally:
        del _starting_rules[token]


def rule_behind(client_request_token: str | None) -> str | None:
    """The ARN of the rule that is starting a pipeline with this token; None when it is not a rule that does."""
    return _starting_rules.get(client_request_token or "")


def _start_state_machine(delivery: Delivery) -> None:
    name = f"{delivery.event.get('id', uuid.uuid4())}_{uuid.uuid4()}"
    delivery.client("stepfunctions").start_execution(stateMachineArn=delivery.arn, name=name, input=delivery.input)


def _start_build(delivery: Delivery) -> None:
    parameters = json.loads(delivery.input) if delivery.has_own_input else {}
    delivery.client("codebuild").start_build(**{**parameters, "projectName": delivery.arn.rpartition("/")[2]})


def _start_model_pipeline(delivery: Delivery) -> None:
    parameters = (delivery.target.get("SageMakerPipelineParameters") or {}).get("PipelineParameterList", [])
    delivery.client("sagemaker").start_pipeline_execution(
        PipelineName=delivery.arn.rpartition("/")[2],
        PipelineParameters=[*parameters],
        ClientRequestToken=str(uuid.uuid4()),
    )


def _write_log(delivery: Delivery) -> None:
    group = delivery.arn.split(":", 6)[6].removesuffix(":*")
    name = str(delivery.event.get("id", uuid.uuid4()))
    LogStream(group, name, delivery.region, None, arns.account_of(delivery.arn)).write([delivery.input])


def _own_parameters(delivery: Delivery, names: tuple[str, ...]) -> dict[str, Any]:
    if not delivery.has_own_input:
        return {}
    given = json.loads(delivery.input)
    return {name: given[name] for name in names if isinstance(given, dict) and name in given}


_SENDERS: dict[str, Callable[[Delivery], None]] = {
    "lambda": _invoke_function,
    "sqs": _send_message,
    "sns": _publish,
    "codepipeline": _start_pipeline,
    "states": _start_state_machine,
    "codebuild": _start_build,
    "sagemaker": _start_model_pipeline,
    "logs": _write_log,
}


def _invoke_function_by_role(delivery: Delivery) -> None:
    delivery.client("lambda").invoke(FunctionName=delivery.arn, InvocationType="Event", Payload=delivery.input)


def _send_message_by_role(delivery: Delivery) -> None:
    group_id = (delivery.target.get("SqsParameters") or {}).get("MessageGroupId")
    more = {"MessageGroupId": group_id} if group_id else {}
    delivery.client("sqs").send_message(QueueUrl=_queue_url(delivery.arn), MessageBody=delivery.input, **more)


def _publish_by_role(delivery: Delivery) -> None:
    delivery.client("sns").publish(TopicArn=delivery.arn, Message=delivery.input)


def _put_event_by_role(delivery: Delivery) -> None:
    told = delivery.target.get("EventBridgeParameters") or {}
    entry = {"EventBusName": delivery.arn, "Detail": delivery.input, **told}
    delivery.client("events").put_events(Entries=[entry])


def _call_any_operation(delivery: Delivery) -> None:
    """A universal target: ``arn:aws:scheduler:::aws-sdk:sqs:sendMessage``, the input holding the parameters."""
    service, operation = delivery.arn.split(":")[6:8]
    client = delivery.client(sdk_names.boto_name(service) or service)
    method = getattr(client, xform_name(operation[0].upper() + operation[1:]), None)
    if method is None:
        raise AwsError("ValidationException", f"{delivery.arn} is not a service SDK operation")
    method(**json.loads(delivery.input))


def _queue_url(arn: str) -> str:
    account_id, name = arn.split(":")[4:6]
    return f"{host.current().endpoint_url}/{account_id}/{name}"


_SENDERS_BY_ROLE: dict[str, Callable[[Delivery], None]] = {
    **_SENDERS,
    "lambda": _invoke_function_by_role,
    "sqs": _send_message_by_role,
    "sns": _publish_by_role,
    "events": _put_event_by_role,
    "scheduler": _call_any_operation,
}


def send_dead_letter(delivery: Delivery, queue_arn: str, attributes: Mapping[str, str]) -> None:
    """Put what was not delivered on the dead-letter queue: a rule's event by the queue's policy, a schedule's input by
    its role.

    Raises:
        AwsError, botocore.exceptions.ClientError: why the queue did not take it.
    """
    typed = {name: {"DataType": "String", "StringValue": text} for name, text in attributes.items() if text}
    if delivery.service == SERVICE:
        recipients.send_message(queue_arn, json.dumps(delivery.event), delivery.sender, attributes=typed)
        return
    delivery.client("sqs").send_message(
        QueueUrl=_queue_url(queue_arn), MessageBody=delivery.input, MessageAttributes=typed
    )


def rule_delivery(rule: Rule, target: Mapping[str, Any], event: Mapping[str, Any], text: str) -> Delivery:
    """The delivery of ``event`` to a target of ``rule``, whose role stands in for a target's own."""
    with_role = {**({"RoleArn": rule.role_arn} if rule.role_arn else {}), **target}
    return Delivery(rule.arn, with_role, event, text)
