"""What lets an execution into a stage or holds it back: transitions between stages, and conditions of a stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.toolkit.aws.account import Aws


@dataclass(frozen=True)
class Transition:
    """The way into a stage; ``reason``, ``changed_by`` and ``changed_at`` are of its last change."""

    stage: str
    is_enabled: bool
    reason: str = ""
    changed_by: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True)
class Condition:
    """A condition of a stage that was asked: ``kind`` is CodePipeline's (``BEFORE_ENTRY``, ``ON_SUCCESS``)."""

    stage: str
    kind: str
    status: str
    summary: str


@dataclass(frozen=True)
class Gates:
    """Those of a pipeline as they stand now; transitions by stage."""

    transitions: dict[str, Transition]
    conditions: tuple[Condition, ...]


_CONDITION_MEMBERS = {
    "beforeEntryConditionState": "BEFORE_ENTRY",
    "onSuccessConditionState": "ON_SUCCESS",
    "onFailureConditionState": "ON_FAILURE",
}


def read(aws: Aws, pipeline: str) -> Gates:
    """As GetPipelineState has them."""
    stages = aws.client("codepipeline").get_pipeline_state(name=pipeline).get("stageStates", [])
    transitions = {stage["stageName"]: _transition(stage) for stage in stages}
    return Gates(transitions, tuple(each for stage in stages for each in _conditions(stage)))


def _transition(stage: dict[str, Any]) -> Transition:
    state = stage.get("inboundTransitionState", {"enabled": True})
    return Transition(
        stage["stageName"],
        state.get("enabled", True),
        state.get("disabledReason", ""),
        state.get("lastChangedBy", ""),
        state.get("lastChangedAt"),
    )


def _conditions(stage: dict[str, Any]) -> Iterator[Condition]:
    for member, kind in _CONDITION_MEMBERS.items():
        for state in stage.get(member, {}).get("conditionStates", []):
            latest = state.get("latestExecution", {})
            if latest.get("status"):
                yield Condition(stage["stageName"], kind, latest["status"], latest.get("summary", ""))


def enable(aws: Aws, pipeline: str, stage: str) -> None:
    """Let executions into the stage."""
    aws.client("codepipeline").enable_stage_transition(pipelineName=pipeline, stageName=stage, transitionType="Inbound")


def disable(aws: Aws, pipeline: str, stage: str, reason: str) -> None:
    """Let none in; ``reason`` is shown to whoever wonders (at most 300 characters)."""
    aws.client("codepipeline").disable_stage_transition(
        pipelineName=pipeline, stageName=stage, transitionType="Inbound", reason=reason[:300]
    )


OVERRIDABLE = ("BEFORE_ENTRY", "ON_SUCCESS")
"""Kinds of conditions that can be overridden (CodePipeline API reference, OverrideStageCondition)."""


def override(aws: Aws, pipeline: str, execution_id: str, stage: str, kind: str) -> None:
    """Go on although the condition failed."""
    aws.client("codepipeline").override_stage_condition(
        pipelineName=pipeline,
        stageName=stage,
        pipelineExecutionId=execution_id,
        conditionType=kind,
    )
