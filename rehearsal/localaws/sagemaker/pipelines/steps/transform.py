"""The Transform step: CreateTransformJob."""

from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import Job
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind

TRANSFORM = Kind(
    type="Transform",
    actor=Job("TransformJob", lambda backend: backend.batch_transforms, has_role=False),
    request="CreateTransformJob",
    describes="DescribeTransformJob",
    name_member="TransformJobName",
    supplied=frozenset({"TransformJobName"}),
    faults=ALL_FAULTS,
    takes_cache_config=True,
    cache_keys=("DataProcessing", "Environment", "ModelName", "TransformInput"),
)
