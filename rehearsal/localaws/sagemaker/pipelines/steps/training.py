"""The Training step: CreateTrainingJob. Notebook jobs and functions under ``@step`` are Training steps too."""

from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import Job
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind

TRAINING = Kind(
    type="Training",
    actor=Job("TrainingJob", lambda backend: backend.trained_jobs),
    request="CreateTrainingJob",
    describes="DescribeTrainingJob",
    name_member="TrainingJobName",
    supplied=frozenset({"TrainingJobName", "RoleArn"}),
    faults=ALL_FAULTS,
    takes_cache_config=True,
    cache_keys=(
        "AlgorithmSpecification",
        "CheckpointConfig",
        "DebugHookConfig",
        "DebugRuleConfigurations",
        "Environment",
        "HyperParameters",
        "InputDataConfig",
    ),
)
