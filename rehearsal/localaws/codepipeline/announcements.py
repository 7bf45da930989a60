"""The events that CodePipeline sends to EventBridge, in the shape of its user guide ("Monitoring CodePipeline events").
Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.codepipeline.records import ActionRun, Artifact, Execution, Pipeline
from rehearsal.localaws.codepipeline.turns import Announce

SOURCE = "aws.codepipeline"


@dataclass(frozen=True)
class Event:
    """One event, ready to be published."""

    detail_type: str
    detail: Mapping[str, Any]


def event(pipeline: Pipeline, announce: Announce) -> Event | None:
    """The event that an announcement stands for, from the records as they are now; rules have none of their own."""
    execution = pipeline.executions[announce.execution_id]
    detail = _common(execution) | {"state": announce.state}
    if announce.run_id is not None:
        run = next((r for r in execution.stage_runs[announce.stage or ""].actions if r.id == announce.run_id), None)
        if run is None:
            return None
        return Event("CodePipeline Action Execution State Change", detail | _of_action(pipeline, run))
    if announce.stage is not None:
        started = _iso(execution.stage_runs[announce.stage].started_at)
        return Event(
            "CodePipeline Stage Execution State Change", detail | {"stage": announce.stage, "start-time": started}
        )
    trigger = {"trigger-type": execution.trigger_type, "trigger-detail": execution.trigger_detail}
    return Event(
        "CodePipeline Pipeline Execution State Change",
        detail | {"start-time": _iso(execution.started_at), "execution-trigger": trigger},
    )


def _common(execution: Execution) -> dict[str, Any]:
    return {
        "pipeline": execution.definition.name,
        "execution-id": execution.id,
        "version": float(execution.definition.version),
        "pipeline-execution-attempt": 1.0 + sum(run.manual_retries for run in execution.stage_runs.values()),
    }


def _of_action(pipeline: Pipeline, run: ActionRun) -> dict[str, Any]:
    kind = run.action.type
    detail: dict[str, Any] = {
        "stage": run.stage,
        "action": run.action.name,
        "action-execution-id": run.id,
        "start-time": _iso(run.started_at),
        "region": run.action.region or pipeline.region,
        "type": {
            "owner": kind.owner,
            "provider": kind.provider,
            "category": kind.category,
            "version": kind.version,
        },
        "input-artifacts": [_artifact(artifact) for artifact in run.inputs],
        "output-artifacts": [_artifact(artifact) for artifact in run.outputs],
    }
    result = {
        "external-execution-url": run.external_url,
        "external-execution-summary": run.error.message if run.error else run.summary,
        "external-execution-id": run.external_id,
        "error-code": run.error.code if run.error else None,
    }
    known = {name: value for name, value in result.items() if value}
    return detail | ({"execution-result": known} if known and not run.is_live else {})


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {"name": artifact.name, "s3location": {"bucket": artifact.bucket, "key": artifact.key}}


def _iso(timestamp: float) -> str:
    return datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
