"""Pipelines and executions as the API shows them. Pure: records in, the service model's members out."""

from typing import Any

from rehearsal.localaws.codepipeline import entry
from rehearsal.localaws.codepipeline.actions.job_data import type_id
from rehearsal.localaws.codepipeline.definition import Action, Gate, Stage
from rehearsal.localaws.codepipeline.records import (
    ActionRun,
    Artifact,
    Execution,
    GateRun,
    Pipeline,
    Revision,
    RuleRun,
    Run,
    StageRun,
)


def known(**members: Any) -> dict[str, Any]:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}


def pipeline_summary(pipeline: Pipeline) -> dict[str, Any]:
    """One entry of ListPipelines."""
    definition = pipeline.definition
    return {
        "name": definition.name,
        "version": definition.version,
        "pipelineType": definition.pipeline_type,
        "executionMode": definition.mode.value,
        "created": pipeline.created_at,
        "updated": pipeline.updated_at,
    }


def execution(pipeline: Pipeline, shown: Execution) -> dict[str, Any]:
    """The answer of GetPipelineExecution."""
    return known(
        pipelineName=pipeline.name,
        pipelineVersion=shown.definition.version,
        artifactRevisions=[_artifact_revision(revision) for revision in shown.revisions],
        variables=[{"name": name, "resolvedValue": value} for name, value in shown.variables.items()] or None,
        **_execution(shown),
    )


def _execution(shown: Execution) -> dict[str, Any]:
    rollback = shown.rollback_target
    return known(
        pipelineExecutionId=shown.id,
        status=shown.status.value,
        statusSummary=shown.status_summary,
        trigger={"triggerType": shown.trigger_type, "triggerDetail": shown.trigger_detail[:1024]},
        executionMode=shown.definition.mode.value,
        executionType=shown.type,
        rollbackMetadata={"rollbackTargetPipelineExecutionId": rollback} if rollback else None,
    )


def execution_summary(shown: Execution) -> dict[str, Any]:
    """One entry of ListPipelineExecutions."""
    return known(
        startTime=shown.started_at,
        lastUpdateTime=shown.updated_at,
        sourceRevisions=[_source_revision(revision) for revision in shown.revisions],
        stopTrigger={"reason": shown.stop_reason} if shown.stop_reason is not None else None,
        **_execution(shown),
    )


def _artifact_revision(revision: Revision) -> dict[str, Any]:
    return known(
        name=revision.artifact,
        revisionId=revision.id,
        revisionChangeIdentifier=revision.change_id,
        revisionSummary=revision.summary,
        created=revision.created,
        revisionUrl=revision.url,
    )


def _source_revision(revision: Revision) -> dict[str, Any]:
    return known(
        actionName=revision.action,
        revisionId=revision.id,
        revisionSummary=revision.summary,
        revisionUrl=revision.url,
    )


def pipeline_state(pipeline: Pipeline) -> dict[str, Any]:
    """The answer of GetPipelineState."""
    return {
        "pipelineName": pipeline.name,
        "pipelineVersion": pipeline.definition.version,
        "stageStates": [_stage_state(pipeline, stage) for stage in pipeline.definition.stages],
        "created": pipeline.created_at,
        "updated": pipeline.updated_at,
    }


def _stage_state(pipeline: Pipeline, stage: Stage) -> dict[str, Any]:
    inbound = [_inbound(waiting) for waiting in entry.waiting_for(pipeline.live(), stage.name)]
    runs = stage_runs(pipeline, stage.name)
    state = known(
        stageName=stage.name,
        inboundExecution=inbound[-1] if inbound else None,
        inboundExecutions=inbound,
        inboundTransitionState=_transition(pipeline, stage.name),
        actionStates=[_action_state(pipeline, runs, action) for action in stage.actions],
    )
    if not runs:
        return state
    latest, stage_run = runs[0]
    state["latestExecution"] = {
        "pipelineExecutionId": latest.id,
        "status": stage_run.status.value,
        "type": latest.type,
    }
    if stage_run.latest_retry:
        state["retryStageMetadata"] = known(
            autoStageRetryAttempt=stage_run.automatic_retries or None,
            manualStageRetryAttempt=stage_run.manual_retries or None,
            latestRetryTrigger=stage_run.latest_retry,
        )
    for gate in Gate:
        if gate in stage.conditions:
            state[f"{gate.value}ConditionState"] = _gate_state(stage_run.gates.get(gate))
    return state


def _inbound(waiting: Execution) -> dict[str, Any]:
    return {"pipelineExecutionId": waiting.id, "status": waiting.status.value, "type": waiting.type}


def stage_runs(pipeline: Pipeline, stage: str) -> list[tuple[Execution, StageRun]]:
    """Each execution's run of the stage, the latest entry first."""
    runs = [
        (execution, execution.stage_runs[stage])
        for execution in pipeline.executions.values()
        if stage in execution.stage_runs
    ]
    runs.sort(key=lambda pair: pair[1].started_at)
    return runs[::-1]


def _transition(pipeline: Pipeline, stage: str) -> dict[str, Any]:
    transition = pipeline.transitions.get(stage)
    if transition is None:
        return {"enabled": True}
    return known(
        enabled=transition.enabled,
        lastChangedBy=transition.changed_by,
        lastChangedAt=transition.changed_at,
        disabledReason=transition.reason,
    )


def _action_state(pipeline: Pipeline, runs: list[tuple[Execution, StageRun]], action: Action) -> dict[str, Any]:
    made = [run for _, stage_run in runs if (run := stage_run.latest(action.name)) is not None]
    state: dict[str, Any] = {"actionName": action.name}
    if made:
        state["latestExecution"] = known(
            actionExecutionId=made[0].id,
            token=made[0].approval_token,
            percentComplete=made[0].percent,
            **_run_state(made[0]),
        )
    revision = next((r for e, _ in runs for r in reversed(e.revisions) if r.action == action.name), None)
    if revision is not None:
        state["currentRevision"] = {
            "revisionId": revision.id,
            "revisionChangeId": revision.change_id or revision.id[:100],
            "created": revision.created,
        }
        state.update(known(revisionUrl=revision.url))
    return state | known(entityUrl=_entity_url(pipeline, action))


def _entity_url(pipeline: Pipeline, action: Action) -> str | None:
    provider, configuration = action.type.provider, action.configuration
    console = f"https://console.aws.amazon.com/{{}}/home?region={action.region or pipeline.region}#"
    if provider == "S3" and "S3Bucket" in configuration:
        return console.format("s3") + f"/buckets/{configuration['S3Bucket']}"
    if provider == "Lambda":
        return console.format("lambda") + f"/functions/{configuration['FunctionName']}"
    return configuration.get("ExternalEntityLink")


def _run_state(run: Run) -> dict[str, Any]:
    return known(
        status=run.status.value,
        summary=run.summary,
        lastStatusChange=run.updated_at,
        lastUpdatedBy=run.updated_by,
        externalExecutionId=run.external_id,
        externalExecutionUrl=run.external_url,
        errorDetails={"code": run.error.code, "message": run.error.message} if run.error else None,
        logStreamARN=run.log_stream_arn,
    )


def _gate_state(gate: GateRun | None) -> dict[str, Any]:
    if gate is None:
        return {"conditionStates": []}
    return {
        "latestExecution": known(status=gate.status.value, summary=gate.summary),
        "conditionStates": [
            {
                "latestExecution": known(
                    status=condition.status.value, summary=condition.summary, lastStatusChange=condition.updated_at
                ),
                "ruleStates": [_rule_state(rule) for rule in condition.rules],
            }
            for condition in gate.conditions
        ],
    }


def _rule_state(run: RuleRun) -> dict[str, Any]:
    state = _run_state(run)
    state.pop("logStreamARN", None)
    return {"ruleName": run.declared.name, "latestExecution": {"ruleExecutionId": run.id, **state}}


def action_execution(pipeline: Pipeline, shown: Execution, run: ActionRun) -> dict[str, Any]:
    """One entry of ListActionExecutions."""
    action = run.action
    return known(
        pipelineExecutionId=shown.id,
        actionExecutionId=run.id,
        pipelineVersion=shown.definition.version,
        stageName=run.stage,
        actionName=action.name,
        startTime=run.started_at,
        lastUpdateTime=run.updated_at,
        updatedBy=run.updated_by,
        status=run.status.value,
        input=known(actionTypeId=type_id(action), namespace=action.namespace, **_input(pipeline, run)),
        output=known(
            outputArtifacts=[_artifact(artifact) for artifact in run.outputs],
            executionResult=_result(run, log_stream_arn=run.log_stream_arn),
            outputVariables=dict(run.variables),
        ),
    )


def rule_execution(pipeline: Pipeline, shown: Execution, run: RuleRun) -> dict[str, Any]:
    """One entry of ListRuleExecutions."""
    return known(
        pipelineExecutionId=shown.id,
        ruleExecutionId=run.id,
        pipelineVersion=shown.definition.version,
        stageName=run.stage,
        ruleName=run.declared.name,
        startTime=run.started_at,
        lastUpdateTime=run.updated_at,
        updatedBy=run.updated_by,
        status=run.status.value,
        input=known(ruleTypeId=type_id(run.declared), **_input(pipeline, run)),
        output={"executionResult": _result(run)},
    )


def _input(pipeline: Pipeline, run: Run) -> dict[str, Any]:
    return known(
        configuration=dict(run.declared.configuration),
        resolvedConfiguration=dict(run.configuration),
        roleArn=run.declared.role_arn,
        region=run.declared.region or pipeline.region,
        inputArtifacts=[_artifact(artifact) for artifact in run.inputs],
    )


def _result(run: Run, log_stream_arn: str | None = None) -> dict[str, Any]:
    return known(
        externalExecutionId=run.external_id,
        externalExecutionSummary=run.summary,
        externalExecutionUrl=run.external_url,
        errorDetails={"code": run.error.code, "message": run.error.message} if run.error else None,
        logStreamARN=log_stream_arn,
    )


def _artifact(artifact: Artifact) -> dict[str, Any]:
    return {"name": artifact.name, "s3location": {"bucket": artifact.bucket, "key": artifact.key}}
