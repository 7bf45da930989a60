"""What of a lab is in an account, and how each of it is removed."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.translation import code_of, message_of
from rehearsal.toolkit.cleanup import teardown
from rehearsal.toolkit.cleanup.leftovers import Kind, Leftover
from rehearsal.toolkit.cleanup.teardown import Result
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.labs.catalogue import LABS
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import stacks

_EXECUTION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CONFIG_ID = re.compile(r"[0-9a-f]{8}")
_NOT_THERE = ("does not exist", "Could not find")
"""For models and model packages SageMaker says ValidationException."""


def launched(aws: Aws) -> list[LabNames]:
    """Every lab of this account and region, by its stacks."""
    found: dict[str, LabNames] = {}
    for page in aws.client("cloudformation").get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            names = names_of(stack["StackName"], stacks.parameters_of(stack))
            if names is not None:
                found.setdefault(names.stack, names)
    return list(found.values())


def names_of(stack: str, parameters: Mapping[str, str]) -> LabNames | None:
    """The lab to which a stack belongs, by its name and parameters; None for any other stack. Pure."""
    suffix = parameters.get("SuffixID", "")
    for lab in LABS:
        names = LabNames(lab, suffix, parameters.get("BucketSuffix", "")) if suffix else None
        if names is not None and stack in (names.stack, names.endpoint_stack):
            return names
    return None


def survey(aws: Aws, names: LabNames) -> list[Leftover]:
    """Everything of the lab, in the order of removal. Changes nothing."""
    stack = stacks.describe(aws, names.stack)
    found = [
        *_stacks_beside(aws, names),
        *_endpoints(aws, names),
        *_pipeline(aws, names),
        *_named_models(aws, names),
        *_packages(aws, names),
        *_experiment(aws, names),
        *_stack(aws, names, stack),
        *_log_groups(aws, names),
    ]
    return sorted(found, key=lambda leftover: (leftover.kind, leftover.name))


def destroy(aws: Aws, names: LabNames, tell: Tell) -> Result:
    """Remove everything that :func:`survey` finds, waiting for what is in the middle of a change."""
    return teardown.remove_all(lambda: survey(aws, names), lambda leftover: _remove(aws, leftover, tell), tell)


def _stacks_beside(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    """Those of the endpoint, of what watches it, and of an image."""
    for kind, name in (
        (Kind.WATCHING_STACK, names.watching_stack),
        (Kind.ENDPOINT_STACK, names.endpoint_stack),
        (Kind.LAB_STACK, names.image_stack),
    ):
        stack = stacks.describe(aws, name)
        if stack is not None:
            yield Leftover(kind, name, stack["StackStatus"])


def _endpoints(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    """Endpoints that no stack made, and their configs: these are called by the lab and eight digits."""
    sagemaker = aws.client("sagemaker")
    pages = sagemaker.get_paginator("list_endpoint_configs").paginate(NameContains=f"{names.stack}-")
    configs = [each["EndpointConfigName"] for page in pages for each in page["EndpointConfigs"]]
    mine = [each for each in configs if _CONFIG_ID.fullmatch(each.removeprefix(f"{names.stack}-"))]
    for page in (
        sagemaker.get_paginator("list_endpoints").paginate(NameContains=f"{names.lab}-{names.suffix}") if mine else ()
    ):
        for each in page["Endpoints"]:
            found = sagemaker.describe_endpoint(EndpointName=each["EndpointName"])
            if found["EndpointConfigName"] in mine:
                yield Leftover(Kind.ENDPOINT, each["EndpointName"], found["EndpointStatus"])
    yield from (Leftover(Kind.ENDPOINT_CONFIG, each) for each in mine)


def _pipeline(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    """The pipeline, its executions that run, and the models that its executions made."""
    sagemaker = aws.client("sagemaker")
    if not _exists(partial(sagemaker.describe_pipeline, PipelineName=names.stack)):
        return
    yield Leftover(Kind.MODEL_PIPELINE, names.stack)
    for page in sagemaker.get_paginator("list_pipeline_executions").paginate(PipelineName=names.stack):
        for execution in page["PipelineExecutionSummaries"]:
            status = execution["PipelineExecutionStatus"]
            if status in ("Executing", "Stopping"):
                yield Leftover(Kind.EXECUTION, execution["PipelineExecutionArn"], status)
            yield from _models(sagemaker, execution["PipelineExecutionArn"])


def _models(sagemaker: Any, execution: str) -> Iterator[Leftover]:
    for page in sagemaker.get_paginator("list_pipeline_execution_steps").paginate(PipelineExecutionArn=execution):
        for step in page["PipelineExecutionSteps"]:
            arn = step.get("Metadata", {}).get("Model", {}).get("Arn")
            name = arn.rpartition("/")[2] if arn else ""
            if name and _exists(partial(sagemaker.describe_model, ModelName=name)):
                yield Leftover(Kind.MODEL, name)


def _named_models(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    """Models of a state machine, which are called by the lab and the id of its execution."""
    pages = aws.client("sagemaker").get_paginator("list_models").paginate(NameContains=f"{names.stack}-")
    for page in pages:
        for model in page["Models"]:
            if _EXECUTION_ID.fullmatch(model["ModelName"].removeprefix(f"{names.stack}-")):
                yield Leftover(Kind.MODEL, model["ModelName"])


def _packages(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    sagemaker = aws.client("sagemaker")
    if not _exists(partial(sagemaker.describe_model_package_group, ModelPackageGroupName=names.stack)):
        return
    for page in sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=names.stack):
        for package in page["ModelPackageSummaryList"]:
            yield Leftover(Kind.MODEL_PACKAGE, package["ModelPackageArn"], package.get("ModelApprovalStatus", ""))


def _experiment(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    """That of the SageMaker pipeline, which has its name."""
    if _exists(partial(aws.client("sagemaker").describe_experiment, ExperimentName=names.stack)):
        yield Leftover(Kind.EXPERIMENT, names.stack)


def _remove_experiment(sagemaker: Any, experiment: str) -> None:
    """With its trials and their components."""
    for page in sagemaker.get_paginator("list_trials").paginate(ExperimentName=experiment):
        for trial in page["TrialSummaries"]:
            _remove_trial(sagemaker, trial["TrialName"])
    sagemaker.delete_experiment(ExperimentName=experiment)


def _remove_trial(sagemaker: Any, trial: str) -> None:
    for page in sagemaker.get_paginator("list_trial_components").paginate(TrialName=trial):
        for component in page["TrialComponentSummaries"]:
            name = component["TrialComponentName"]
            sagemaker.disassociate_trial_component(TrialComponentName=name, TrialName=trial)
            sagemaker.delete_trial_component(TrialComponentName=name)
    sagemaker.delete_trial(TrialName=trial)


def _stack(aws: Aws, names: LabNames, stack: dict[str, Any] | None) -> Iterator[Leftover]:
    if stack is None:
        return
    yield Leftover(Kind.LAB_STACK, names.stack, stack["StackStatus"])
    bucket = stacks.outputs_of(stack).get("Bucket")
    mine = {each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]}
    if bucket in mine:
        pages = aws.client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket)
        count = sum(len(page.get("Versions", [])) + len(page.get("DeleteMarkers", [])) for page in pages)
        if count:
            yield Leftover(Kind.OBJECTS, str(bucket), f"{count:,} object version{'s' * (count != 1)}")


def _log_groups(aws: Aws, names: LabNames) -> Iterator[Leftover]:
    """Those of the endpoint and of the lab's functions. Those of jobs are shared by all jobs of the account."""
    logs = aws.client("logs")
    endpoints = (f"/aws/sagemaker/Endpoints/{each}" for each in (names.stack, names.states_endpoint))
    for prefix in (*endpoints, f"/aws/lambda/{names.stack}-"):
        for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
            for group in page["logGroups"]:
                if group["logGroupName"] == prefix or prefix.endswith("-"):
                    yield Leftover(Kind.LOG_GROUP, group["logGroupName"], f"{group.get('storedBytes', 0):,} bytes")


def is_missing(error: ClientError) -> bool:
    """Whether SageMaker says that a thing is not there."""
    return code_of(error) == "ResourceNotFound" or any(words in message_of(error) for words in _NOT_THERE)


def _exists(describe: Callable[[], Any]) -> bool:
    try:
        describe()
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True


def _remove(aws: Aws, leftover: Leftover, tell: Tell) -> None:
    sagemaker, name = aws.client("sagemaker"), leftover.name
    match leftover.kind:
        case Kind.EXECUTION:
            sagemaker.stop_pipeline_execution(PipelineExecutionArn=name)
        case Kind.ENDPOINT:
            sagemaker.delete_endpoint(EndpointName=name)
        case Kind.ENDPOINT_CONFIG:
            sagemaker.delete_endpoint_config(EndpointConfigName=name)
        case Kind.MODEL:
            sagemaker.delete_model(ModelName=name)
        case Kind.MODEL_PACKAGE:
            sagemaker.delete_model_package(ModelPackageName=name)
        case Kind.EXPERIMENT:
            _remove_experiment(sagemaker, name)
        case Kind.MODEL_PIPELINE:
            sagemaker.delete_pipeline(PipelineName=name)
        case Kind.OBJECTS:
            teardown.empty_bucket(aws, name)
        case Kind.LOG_GROUP:
            aws.client("logs").delete_log_group(logGroupName=name)
        case Kind.LAB_STACK | Kind.WATCHING_STACK | Kind.ENDPOINT_STACK:
            stacks.delete(aws, name, tell)
