"""The Tuning step: CreateHyperParameterTuningJob; its training jobs, the best first, are properties beside the
description."""

from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS, Fault
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import Job
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind

_SUMMARIES = "TrainingJobSummaries"
_MOST_SUMMARIES = 50
"""https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html"""


@dataclass(frozen=True)
class TuningJob(Job):
    """A tuning job, whose roles stand in its definitions."""

    def end(self, context: Context) -> Ended:
        """Read how the job came out, and its training jobs sorted by the objective."""
        ended = super().end(context)
        listed = call(
            context,
            "sagemaker",
            "ListTrainingJobsForHyperParameterTuningJob",
            {
                f"{self.word}Name": context.name,
                "SortBy": "FinalObjectiveMetricValue",
                "SortOrder": "Descending" if _maximizes(ended.properties) else "Ascending",
                "MaxResults": _MOST_SUMMARIES,
            },
        )
        return Ended(ended.metadata, {**ended.properties, _SUMMARIES: listed[_SUMMARIES]})


def _maximizes(job: Any) -> bool:
    several = job.get("TrainingJobDefinitions")
    objective = (
        several[0]["TuningObjective"]
        if several
        else job["HyperParameterTuningJobConfig"]["HyperParameterTuningJobObjective"]
    )
    return bool(objective["Type"] == "Maximize")


TUNING = Kind(
    type="Tuning",
    actor=TuningJob(
        "HyperParameterTuningJob",
        lambda backend: backend.tuning_jobs,
        has_role=False,
        has_experiment=False,
        metadata="TuningJob",
    ),
    request="CreateHyperParameterTuningJob",
    describes="DescribeHyperParameterTuningJob",
    name_member="HyperParameterTuningJobName",
    supplied=frozenset({"HyperParameterTuningJobName"}),
    properties=frozenset({_SUMMARIES}),
    faults=ALL_FAULTS - {Fault.JOB_INTERNAL_ERROR},
    longest_name=32,
    takes_cache_config=True,
    cache_keys=(
        "HyperParameterTuningJobConfig",
        "TrainingJobDefinition.AlgorithmSpecification",
        "TrainingJobDefinition.HyperParameterRanges",
        "TrainingJobDefinition.InputDataConfig",
        "TrainingJobDefinition.StaticHyperParameters",
        "TrainingJobDefinition.TuningObjective",
        "TrainingJobDefinitions",
    ),
)
