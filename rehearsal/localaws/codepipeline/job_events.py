"""``GET /_rehearsal/pipeline-jobs``: the calls of an action's function with the events that it got, for running it
again.

Members: ``pipeline``, ``execution``, ``stage``, ``action``. AWS keeps no event. Its credentials for the artifacts are
new
ones of the same role, for those of then have expired.
"""

from dataclasses import replace
from typing import Any

from moto.codepipeline.models import codepipeline_backends

from rehearsal.localaws.codepipeline.actions import job_data
from rehearsal.localaws.codepipeline.actions.context import Context
from rehearsal.localaws.codepipeline.engine import engine
from rehearsal.localaws.codepipeline.records import ActionRun, Execution, Pipeline
from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import host


def _read(members: dict[str, Any]) -> list[dict[str, Any]]:
    pipeline, execution = _execution(str(members.get("pipeline", "")), str(members.get("execution", "")))
    wanted = (str(members.get("stage", "")), str(members.get("action", "")))
    with engine.reading():
        runs = [
            run
            for run in execution.runs()
            if isinstance(run, ActionRun) and (run.stage, run.action.name) == wanted and run.jobs
        ]
        calls = [
            (str(job.status.value), _context(pipeline, execution, run, job.id, job.continuation_token))
            for run in runs
            for job in run.jobs
        ]
    return [{"status": status, "event": _event(context)} for status, context in calls]


def _execution(name: str, execution_id: str) -> tuple[Pipeline, Execution]:
    for backend in codepipeline_backends[host.current().account_id].values():
        pipeline = backend.records.pipelines.get(name)
        if pipeline is not None and execution_id in pipeline.executions:
            return pipeline, pipeline.executions[execution_id]
    raise ValueError(f"there is no execution {execution_id!r} of a pipeline {name!r}")


def _context(pipeline: Pipeline, execution: Execution, run: ActionRun, job_id: str, token: str | None) -> Context:
    context = Context.of(pipeline, execution, run, engine.withdrawal_of(run), job_id=job_id)
    return replace(context, continuation_token=token)


def _event(context: Context) -> dict[str, Any]:
    data = job_data.for_function(context)
    return {"CodePipeline.job": {"id": context.job_id, "accountId": context.account_id, "data": data}}


capabilities.offer("GET", "pipeline-jobs", _read)
