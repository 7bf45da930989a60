"""The table of actions against two authorities: botocore's service models and a public catalogue of IAM's actions."""

import importlib.util
import inspect
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import botocore.session
import policy_sentry
import pytest
from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores

from rehearsal.localaws.authorizer import patterns, requests
from rehearsal.localaws.authorizer.actions import SERVICES

ARN = "arn:aws:given:us-east-1:123456789012:by/arn"
MODULES = {
    "application-autoscaling": ["moto.applicationautoscaling"],
    "cloudformation": ["moto.cloudformation", "rehearsal.localaws.cloudformation"],
    "lambda": ["moto.awslambda", "rehearsal.localaws.functions"],
    "sagemaker": ["moto.sagemaker", "rehearsal.localaws.sagemaker"],
    "sagemaker-runtime": ["moto.sagemakerruntime"],
    "codepipeline": ["moto.codepipeline", "rehearsal.localaws.codepipeline"],
}
NOT_IN_THE_CATALOGUE = {
    # operations without an IAM action of their own name, by their documentation
    "dynamodb:BatchExecuteStatement",
    "dynamodb:ExecuteStatement",
    "dynamodb:ExecuteTransaction",
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/permissions-reference-cwl.html has resources for it
    "logs:DescribeLogGroups",
    # the key does not exist yet
    "kms:TagResource",
}


@lru_cache
def catalogue() -> dict[str, Any]:
    return json.loads(Path(policy_sentry.__file__).with_name("shared").joinpath("data/iam-definition.json").read_text())


def sample(shape: Any, name: str = "", above: tuple[str, ...] = ()) -> Any:
    """Parameters with every member set."""
    if shape.type_name == "structure":
        if shape.name in above:
            return {}
        return {key: sample(member, key, (*above, shape.name)) for key, member in shape.members.items()}
    if shape.type_name == "list":
        return [sample(shape.member, name.removesuffix("s"), (*above, shape.name))]
    if shape.type_name == "map":
        return {"key": sample(shape.value, name, (*above, shape.name))}
    if shape.type_name in ("integer", "long", "float", "double"):
        return 1
    if shape.type_name == "boolean":
        return True
    if re.search(r"(arn|Identifier)(s|List)?$", name, re.IGNORECASE):
        return ARN
    if name == "Resource":
        return ARN
    return {"Path": "/path/", "CopySource": "bucket/key", "QueueUrl": "http://h/123456789012/q"}.get(name, "value")


@lru_cache
def offered(service: str) -> frozenset[str]:
    """The operations that the embedded AWS has code for, in snake case."""
    names: set[str] = set()
    for module in MODULES.get(service, [f"moto.{service}"]):
        if importlib.util.find_spec(module) is None:
            continue
        responses = importlib.import_module(f"{module}.responses")
        for _, found in inspect.getmembers(responses, inspect.isclass):
            if issubclass(found, BaseResponse):
                names.update(name for name, _ in inspect.getmembers(found, inspect.isfunction))
    return frozenset(names)


@lru_cache
def model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


def operations(service: str) -> list[str]:
    return [name for name in model(service).operation_names if camelcase_to_underscores(name) in offered(service)]


def needs(service: str, operation: str) -> tuple[requests.Need, ...]:
    shape = model(service).operation_model(operation).input_shape
    params = sample(shape) if shape else {}
    call = requests.Call(service, operation, params, "us-east-1", "123456789012")
    return requests.needs_of(call, SERVICES[service].prefix)


def problems(service: str, operation: str) -> list[str]:
    found = []
    for need in needs(service, operation):
        prefix, _, name = need.action.partition(":")
        actions = {each.lower(): entry for each, entry in catalogue()[prefix]["privileges"].items()}
        if need.action in NOT_IN_THE_CATALOGUE or name == "PassRole":
            continue
        if name.lower() not in actions:
            found.append(f"{need.action} is not an action")
            continue
        found += resource_problems(need, actions[name.lower()]["resource_types"], catalogue()[prefix]["resources"])
    return found


def resource_problems(need: requests.Need, types: dict[str, Any], resources: dict[str, Any]) -> list[str]:
    named = [name for name in types if name]
    if need.resource == "*":
        required = [name for name in named if types[name]["required"]]
        return [f"{need.action} is asked of *, not of {required}"] if required else []
    if need.resource == ARN:
        return [] if named else [f"{need.action} has no resource"]
    wanted = [re.sub(r"\$\{[^}]*\}", "*", resources[name]["arn"]) for name in named if name in resources]
    fits = any(patterns.arn_matches(pattern, need.resource) for pattern in wanted)
    return [] if fits else [f"{need.action} is asked of {need.resource}, not of {wanted}"]


@pytest.mark.parametrize("service", SERVICES)
def test_every_offered_operation_asks_for_an_action_and_resource_of_the_catalogue(service: str) -> None:
    found = [problem for name in operations(service) for problem in problems(service, name)]
    assert found == []


def test_an_operation_outside_the_table_is_asked_by_its_name() -> None:
    (need,) = requests.needs_of(requests.Call("polly", "SynthesizeSpeech", {}, "us-east-1", "123456789012"), "polly")
    assert need.action == "polly:SynthesizeSpeech"
