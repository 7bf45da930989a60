"""Definitions to test with, as small as they can be."""

import copy
import json
from typing import Any

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:3.2-0"
ROLE = "arn:aws:iam::123456789012:role/any"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:any"
QUEUE = "https://sqs.us-east-1.amazonaws.com/123456789012/any"


def get(reference: str) -> dict[str, str]:
    return {"Get": reference}


def join(on: str, *values: Any) -> dict[str, Any]:
    return {"Std:Join": {"On": on, "Values": list(values)}}


def json_get(step: str, file: str, path: str) -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.{step}.PropertyFiles.{file}"), "Path": path}}


def step(name: str, kind: str, arguments: Any = None, **more: Any) -> dict[str, Any]:
    return {"Name": name, "Type": kind, "Arguments": {} if arguments is None else arguments, **more}


def function(name: str, arguments: Any = None, arn: Any = FUNCTION, **more: Any) -> dict[str, Any]:
    return step(name, "Lambda", arguments, **{"FunctionArn": arn, "OutputParameters": [], **more})


def callback(name: str, arguments: Any = None, url: Any = QUEUE, **more: Any) -> dict[str, Any]:
    return step(name, "Callback", arguments, **{"SqsQueueUrl": url, "OutputParameters": [], **more})


def fail(name: str, message: Any = "no good", **more: Any) -> dict[str, Any]:
    return step(name, "Fail", {"ErrorMessage": message}, **more)


def condition(name: str, conditions: Any, yes: Any = (), no: Any = (), **more: Any) -> dict[str, Any]:
    arguments = {"Conditions": conditions, "IfSteps": list(yes), "ElseSteps": list(no)}
    return step(name, "Condition", arguments, **more)


def equals(left: Any, right: Any) -> dict[str, Any]:
    return {"Type": "Equals", "LeftValue": left, "RightValue": right}


def training(name: str, arguments: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    request = {
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "HyperParameters": {"num_round": "2"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "RoleArn": ROLE,
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **(arguments or {}),
    }
    return step(name, "Training", request, **more)


def processing(name: str, arguments: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    request = {
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/s.py"],
        },
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
        },
        "RoleArn": ROLE,
        **(arguments or {}),
    }
    return step(name, "Processing", request, **more)


def parameter(name: str, kind: str = "String", default: Any = None, **more: Any) -> dict[str, Any]:
    given = {} if default is None else {"DefaultValue": default}
    return {"Name": name, "Type": kind, **given, **more}


def document(*steps: Any, parameters: Any = (), **more: Any) -> dict[str, Any]:
    whole = {"Version": "2020-12-01", "Metadata": {}, "Parameters": list(parameters), "Steps": list(steps), **more}
    return copy.deepcopy(whole)


def text(*steps: Any, parameters: Any = (), **more: Any) -> str:
    return json.dumps(document(*steps, parameters=parameters, **more))
