"""The Processing step: CreateProcessingJob, with property files in its outputs."""

from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import Job
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind

PROCESSING = Kind(
    type="Processing",
    actor=Job("ProcessingJob", lambda backend: backend.processed_jobs),
    request="CreateProcessingJob",
    describes="DescribeProcessingJob",
    name_member="ProcessingJobName",
    supplied=frozenset({"ProcessingJobName", "RoleArn"}),
    members=frozenset({"PropertyFiles"}),
    faults=ALL_FAULTS,
    takes_cache_config=True,
    cache_keys=("AppSpecification", "Environment", "ProcessingInputs"),
)
