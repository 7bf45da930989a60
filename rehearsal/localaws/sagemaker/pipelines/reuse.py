"""``GET /_rehearsal/model-pipelines``: executions of SageMaker pipelines with what AWS does not tell: why a step was
not reused.

Members: ``pipeline`` (a name) or ``execution`` (an ARN) narrow the list. AWS's own answers carry no member that AWS
lacks, so this is where the keys stand that differed.
"""

from collections.abc import Iterator
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from rehearsal.localaws.door import capabilities
from rehearsal.localaws.sagemaker.pipelines.engine import engine
from rehearsal.localaws.sagemaker.pipelines.records import Execution, StepRun


def _executions() -> Iterator[Execution]:
    for backend in sagemaker_backends[capabilities.asking_account()].values():
        for pipeline in backend.model_pipelines.pipelines.values():
            yield from pipeline.executions.values()


def _step(run: StepRun) -> dict[str, Any]:
    miss = run.miss
    return {
        "name": run.step.name,
        "type": run.step.kind.type,
        "status": str(run.status),
        "attempts": run.attempts,
        "reusedFrom": run.cache_source,
        "notReused": None
        if miss is None
        else {"reason": miss.reason, "execution": miss.execution, "differingKeys": list(miss.keys)},
    }


def _read(members: dict[str, Any]) -> list[dict[str, Any]]:
    pipeline, arn = members.get("pipeline"), members.get("execution")
    with engine.reading():
        return [
            {
                "pipeline": each.pipeline_name,
                "execution": each.arn,
                "status": str(each.status),
                "steps": [_step(run) for run in each.runs.values()],
            }
            for each in _executions()
            if pipeline in (None, each.pipeline_name) and arn in (None, each.arn)
        ]


capabilities.offer("GET", "model-pipelines", _read)
