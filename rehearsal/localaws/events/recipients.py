"""Functions, queues and topics that a service itself writes to, as their resource policies allow.

Alarms, EventBridge, S3 and SNS have no credentials for this: the service principal must be named by the recipient's own
policy. So the calls here go to the recipient directly, after that policy has been asked.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.kms.utils import RESERVED_ALIASE_TARGET_KEY_IDS
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from rehearsal.localaws.authorizer import resources
from rehearsal.localaws.authorizer.policy import Policies, Policy, Request, RequestContext, evaluate
from rehearsal.localaws.authorizer.principal_element import Caller
from rehearsal.localaws.authorizer.resources import Place
from rehearsal.localaws.ground import arns
from rehearsal.localaws.ground.errors import AwsError

_WITHOUT_SOURCE = ("events.amazonaws.com", "sns:Publish")
_FOR_THE_OWNER = "cloudwatch.amazonaws.com"
"""Alarms publish as their account's own: a topic's default policy, which asks for ``aws:SourceOwner``, lets them."""


@dataclass(frozen=True)
class Sender:
    """The service that writes, and the resource for which it does (a rule, a bucket, a topic)."""

    service: str
    source_arn: str
    owner: str = ""
    """The source's account, where its ARN names none (a bucket's)."""

    @property
    def account_id(self) -> str:
        """The account for whose resource the service writes."""
        return self.owner or arns.account_of(self.source_arn)

    def must_be_allowed(self, policy: str | None, action: str, resource: str) -> None:
        """Ask the recipient's policy.

        Raises:
            AwsError: AccessDenied.
        """
        request = Request(action, resource, RequestContext(self._keys(action)), Caller(service=self.service))
        if policy is None or not evaluate(Policies(resource=Policy.parse(policy)), request).allowed:
            raise AwsError(
                "AccessDenied",
                f"{self.service} is not authorized to perform: {action} on resource: {resource} for {self.source_arn}, "
                "because no resource-based policy allows it",
            )

    def _keys(self, action: str) -> dict[str, tuple[str, ...]]:
        """The condition keys. EventBridge gives topics none of its rule ("Using resource-based policies", Amazon SNS
        permissions)."""
        keys: dict[str, tuple[str, ...]] = {"aws:principalisawsservice": ("true",)}
        if (self.service, action) != _WITHOUT_SOURCE:
            keys["aws:sourcearn"] = (self.source_arn,)
            keys["aws:sourceaccount"] = (self.account_id,)
        if self.service == _FOR_THE_OWNER:
            keys["aws:sourceowner"] = (self.account_id,)
        return keys


@dataclass(frozen=True)
class _Address:
    """An ARN's parts that find the resource."""

    region: str
    account_id: str
    name: str

    @classmethod
    def of(cls, arn: str) -> "_Address":
        _, _, _, region, account_id, name = arn.split(":", 5)
        return cls(region, account_id, name)


def check(arn: str, sender: Sender) -> None:
    """Whether the recipient is there and takes what ``sender`` writes.

    Raises:
        AwsError: AccessDenied; or the recipient's service's own error, when there is no such recipient.
    """
    address, service = _Address.of(arn), arn.split(":")[2]
    policy_of, action = _POLICIES[service]
    sender.must_be_allowed(policy_of(arn, address), action, arn)
    key_id = _KEYS[service](arn, address) if service in _KEYS else None
    if key_id:
        _check_key(key_id, address, sender)


def _check_key(key_id: str, address: _Address, sender: Sender) -> None:
    """The key of an encrypted queue or topic must let the sender use it; AWS's own keys (aws/sns, aws/sqs) let no
    service do so.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    key = resources.kms_key(key_id, Place(address.region, address.account_id))
    own = None if key is None or key.id in RESERVED_ALIASE_TARGET_KEY_IDS.values() else key.policy
    for action in _TO_ENCRYPT:
        sender.must_be_allowed(own, action, key_id if key is None else key.arn)


def _function_policy(arn: str, address: _Address) -> str | None:
    statements = lambda_backends[address.account_id][address.region].get_function(arn).policy.statements
    return json.dumps({"Version": "2012-10-17", "Statement": statements}) if statements else None


def _queue_policy(_arn: str, address: _Address) -> str | None:
    return sqs_backends[address.account_id][address.region].get_queue(address.name).policy or None


def _topic_policy(arn: str, address: _Address) -> str | None:
    policy: str = sns_backends[address.account_id][address.region].get_topic(arn).policy
    return policy


def _queue_key(_arn: str, address: _Address) -> str | None:
    queue = sqs_backends[address.account_id][address.region].get_queue(address.name)
    return getattr(queue, "kms_master_key_id", None)


def _topic_key(arn: str, address: _Address) -> str | None:
    return sns_backends[address.account_id][address.region].get_topic(arn).kms_master_key_id or None


_KEYS: dict[str, Callable[[str, _Address], str | None]] = {"sqs": _queue_key, "sns": _topic_key}
_TO_ENCRYPT = ("kms:GenerateDataKey", "kms:Decrypt")

_POLICIES: dict[str, tuple[Callable[[str, _Address], str | None], str]] = {
    "lambda": (_function_policy, "lambda:InvokeFunction"),
    "sqs": (_queue_policy, "sqs:SendMessage"),
    "sns": (_topic_policy, "sns:Publish"),
}


def invoke_function(arn: str, payload: str, sender: Sender) -> None:
    """Invoke asynchronously, as services do.

    Raises:
        AwsError: AccessDenied, or Lambda's own refusal.
    """
    address = _Address.of(arn)
    check(arn, sender)
    function = lambda_backends[address.account_id][address.region].get_function(arn)
    function.invoke(payload, {"x-amz-invocation-type": "Event"}, {})


def send_message(
    arn: str,
    body: str,
    sender: Sender,
    *,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> None:
    """Put a message on a queue.

    Raises:
        AwsError: AccessDenied; the queue's own refusal.
    """
    address = _Address.of(arn)
    queues = sqs_backends[address.account_id][address.region]
    check(arn, sender)
    queues.send_message(
        address.name,
        body,
        group_id=group_id,
        deduplication_id=deduplication_id,
        message_attributes=attributes or {},
        validate_group_id=False,
    )


def publish(arn: str, message: str, sender: Sender, *, subject: str | None = None) -> None:
    """Publish to a topic.

    Raises:
        AwsError: AccessDenied; the topic's own refusal.
    """
    address = _Address.of(arn)
    topics = sns_backends[address.account_id][address.region]
    check(arn, sender)
    topics.publish(message, arn=arn, subject=subject)
