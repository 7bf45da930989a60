"""AWS::SNS and AWS::SQS types."""

import json
from collections.abc import Mapping
from typing import Any

from rehearsal.localaws.cloudformation import reasons
from rehearsal.localaws.cloudformation.resources.model import Handler, HandlerBase, Made, NotOffered, Request
from rehearsal.localaws.cloudformation.resources.table import ApiResource, Call, TableHandler, Tagging, tag_map
from rehearsal.localaws.cloudformation.template import as_text

_QUEUE_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DeduplicationScope",
    "DelaySeconds",
    "FifoQueue",
    "FifoThroughputLimit",
    "KmsDataKeyReusePeriodSeconds",
    "KmsMasterKeyId",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "RedriveAllowPolicy",
    "RedrivePolicy",
    "SqsManagedSseEnabled",
    "VisibilityTimeout",
)


_QUEUE_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DelaySeconds": "0",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"""


def _attributes_of(names: tuple[str, ...]) -> str:
    """An expression for an Attributes map of those properties that are given."""
    return "{" + ", ".join(f"{name}: Properties.{name}" for name in names) + "}"


_QUEUE = ApiResource(
    type="AWS::SQS::Queue",
    service="sqs",
    name_property="QueueName",
    name_length=80,
    create=Call("create_queue", members={"Attributes": _attributes_of(_QUEUE_ATTRIBUTES)}),
    read=Call("get_queue_attributes", members={"QueueUrl": "Id"}, fixed={"AttributeNames": ["QueueArn"]}),
    update=(
        Call(
            "set_queue_attributes",
            members={
                "QueueUrl": "Id",
                "Attributes": _attributes_of(tuple(name for name in _QUEUE_ATTRIBUTES if name != "FifoQueue")),
            },
        ),
    ),
    delete=Call("delete_queue", members={"QueueUrl": "Id"}),
    ref="Answer.QueueUrl",
    attributes={"Arn": "Read.Attributes.QueueArn", "QueueUrl": "Answer.QueueUrl"},
    tagging=Tagging("tag_queue", "untag_queue", "Id", "QueueUrl"),
)

_TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoThroughputScope",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)


class Topic(HandlerBase):
    """A topic with the subscriptions that stand inside it."""

    type = "AWS::SNS::Topic"
    name_property = "TopicName"

    def create(self, request: Request) -> Made:
        offered = {*_TOPIC_ATTRIBUTES, "TopicName", "Subscription", "Tags"}
        if unknown := sorted(set(request.properties) - offered):
            raise NotOffered(f"The embedded AWS does not offer the property {', '.join(unknown)} of {self.type}")
        name = request.properties.get("TopicName") or request.generated_name(256)
        arn = request.client("sns").create_topic(
            Name=name, Attributes=_texts(request.properties, _TOPIC_ATTRIBUTES), Tags=request.properties.get("Tags", [])
        )["TopicArn"]
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def finish(self, request: Request) -> Made:
        self._subscribe(request)
        return Made(request.physical_id, request.attributes)

    def _subscribe(self, request: Request) -> None:
        sns, before = request.client("sns"), request.previous.get("Subscription", [])
        after = request.properties.get("Subscription", [])
        for subscription in after:
            if subscription not in before:
                sns.subscribe(TopicArn=request.physical_id, **subscription)
        gone = [subscription for subscription in before if subscription not in after]
        if gone:
            for listed in sns.list_subscriptions_by_topic(TopicArn=request.physical_id)["Subscriptions"]:
                if {"Protocol": listed["Protocol"], "Endpoint": listed["Endpoint"]} in gone:
                    with reasons.if_there():
                        sns.unsubscribe(SubscriptionArn=listed["SubscriptionArn"])

    def update(self, request: Request) -> Made:
        sns, texts = request.client("sns"), _texts(request.properties, _TOPIC_ATTRIBUTES)
        for name in _TOPIC_ATTRIBUTES:
            if request.changed(name):
                value = texts.get(name, "")
                sns.set_topic_attributes(TopicArn=request.physical_id, AttributeName=name, AttributeValue=value)
        self._subscribe(request)
        was, now = tag_map(request.previous.get("Tags")), tag_map(request.properties.get("Tags"))
        if gone := sorted(was.keys() - now.keys()):
            sns.untag_resource(ResourceArn=request.physical_id, TagKeys=gone)
        if now != was and now:
            sns.tag_resource(ResourceArn=request.physical_id, Tags=request.properties["Tags"])
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        sns = request.client("sns")
        for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=request.physical_id):
            for listed in page["Subscriptions"]:
                if listed["SubscriptionArn"].startswith("arn:"):
                    sns.unsubscribe(SubscriptionArn=listed["SubscriptionArn"])
        sns.delete_topic(TopicArn=request.physical_id)


def _texts(properties: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    return {name: _text(properties[name]) for name in names if name in properties}


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, Mapping | list) else as_text(value)


_SUBSCRIPTION_ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)


class Subscription(HandlerBase):
    """A subscription of its own."""

    type = "AWS::SNS::Subscription"

    def create(self, request: Request) -> Made:
        properties = request.properties
        arn = request.client("sns").subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            Endpoint=properties.get("Endpoint", ""),
            Attributes=_texts(properties, _SUBSCRIPTION_ATTRIBUTES),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Made(arn, {"Arn": arn})

    def update(self, request: Request) -> Made:
        texts = _texts(request.properties, _SUBSCRIPTION_ATTRIBUTES)
        for name in _SUBSCRIPTION_ATTRIBUTES:
            if request.changed(name):
                request.client("sns").set_subscription_attributes(
                    SubscriptionArn=request.physical_id, AttributeName=name, AttributeValue=texts.get(name, "")
                )
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        request.client("sns").unsubscribe(SubscriptionArn=request.physical_id)


_OPEN_TOPIC_POLICY = {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []}


class TopicPolicy(HandlerBase):
    """The policy of one or more topics."""

    type = "AWS::SNS::TopicPolicy"

    def create(self, request: Request) -> Made:
        self._set(request, request.properties["Topics"], request.properties["PolicyDocument"])
        physical_id = request.generated_name(128)
        return Made(physical_id, {"Id": physical_id})

    def update(self, request: Request) -> Made:
        gone = [arn for arn in request.previous["Topics"] if arn not in request.properties["Topics"]]
        self._set(request, gone, _OPEN_TOPIC_POLICY)
        self._set(request, request.properties["Topics"], request.properties["PolicyDocument"])
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        for arn in request.properties["Topics"]:
            with reasons.if_there():
                self._set(request, [arn], _OPEN_TOPIC_POLICY)

    def _set(self, request: Request, topics: list[str], policy: Any) -> None:
        for arn in topics:
            request.client("sns").set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=_text(policy)
            )


class Queue(TableHandler):
    """A queue; a property that is taken away goes back to its default."""

    def update(self, request: Request) -> Made:
        gone = request.previous.keys() - request.properties.keys()
        defaults = {name: _QUEUE_DEFAULTS[name] for name in sorted(gone & _QUEUE_DEFAULTS.keys())}
        if defaults:
            request.client("sqs").set_queue_attributes(QueueUrl=request.physical_id, Attributes=defaults)
        return super().update(request)


class QueuePolicy(HandlerBase):
    """The policy of one or more queues."""

    type = "AWS::SQS::QueuePolicy"

    def create(self, request: Request) -> Made:
        self._set(request, request.properties["Queues"], request.properties["PolicyDocument"])
        physical_id = request.generated_name(128)
        return Made(physical_id, {"Id": physical_id})

    def update(self, request: Request) -> Made:
        self._set(request, [url for url in request.previous["Queues"] if url not in request.properties["Queues"]], "")
        self._set(request, request.properties["Queues"], request.properties["PolicyDocument"])
        return Made(request.physical_id, request.attributes)

    def delete(self, request: Request) -> None:
        for url in request.properties["Queues"]:
            with reasons.if_there():
                self._set(request, [url], "")

    def _set(self, request: Request, queues: list[str], policy: Any) -> None:
        for url in queues:
            request.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": _text(policy)})


HANDLERS: tuple[Handler, ...] = (Topic(), Subscription(), TopicPolicy(), QueuePolicy(), Queue(_QUEUE))
