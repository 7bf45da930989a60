"""The jobs that a Task waits for with ``.sync``: how their end is seen. Data.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync and the page of each service
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Job:
    """One kind of job, in boto3's names.

    ``handle``: where its name or id stands in the answer that started it or in its parameters. ``describe`` is called
    with it as ``asked``; ``found``: the member of the answer that has the job, when it is not the answer itself.
    """

    describe: str
    stop: str
    asked: str
    handle: tuple[str, ...]
    status: str
    success: str
    under_way: frozenset[str]
    rule: str
    found: str = ""
    patterns: frozenset[str] = frozenset({"sync"})


_SAGEMAKER_UNDER_WAY = frozenset({"InProgress", "Stopping"})


def _of_sagemaker(kind: str, thing: str, rule: str, status: str | None = None) -> Job:
    return Job(
        describe=f"describe_{kind}",
        stop=f"stop_{kind}",
        asked=f"{thing}Name",
        handle=(f"{thing}Name",),
        status=status or f"{thing}Status",
        success="Completed",
        under_way=_SAGEMAKER_UNDER_WAY,
        rule=f"StepFunctionsGetEventsForSageMaker{rule}Rule",
    )


JOBS: Mapping[tuple[str, str], Job] = {
    ("sagemaker", "createTrainingJob"): _of_sagemaker("training_job", "TrainingJob", "TrainingJobs"),
    ("sagemaker", "createProcessingJob"): _of_sagemaker("processing_job", "ProcessingJob", "ProcessingJobs"),
    ("sagemaker", "createTransformJob"): _of_sagemaker("transform_job", "TransformJob", "TransformJobs"),
    ("sagemaker", "createHyperParameterTuningJob"): _of_sagemaker(
        "hyper_parameter_tuning_job", "HyperParameterTuningJob", "TuningJobs"
    ),
    ("codebuild", "startBuild"): Job(
        describe="batch_get_builds",
        stop="stop_build",
        asked="id",
        handle=("Build", "Id"),
        status="BuildStatus",
        success="SUCCEEDED",
        under_way=frozenset({"IN_PROGRESS"}),
        rule="StepFunctionsGetEventForCodeBuildStartBuildRule",
        found="Builds",
    ),
    ("states", "startExecution"): Job(
        describe="describe_execution",
        stop="stop_execution",
        asked="executionArn",
        handle=("ExecutionArn",),
        status="Status",
        success="SUCCEEDED",
        under_way=frozenset({"RUNNING", "PENDING_REDRIVE"}),
        rule="StepFunctionsGetEventsForStepFunctionsExecutionRule",
        patterns=frozenset({"sync", "sync:2"}),
    ),
}
"""By service and action of the resource."""
