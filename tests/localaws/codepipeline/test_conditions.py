"""Stage conditions: rules that really run, what follows when one fails, and overriding it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rehearsal.localaws.codepipeline import window
from tests.localaws.codepipeline.workbench import approval, stage
from tests.localaws.waiting import wait_until


def rule(provider: str, **configuration: str) -> dict[str, Any]:
    type_id = {"category": "Rule", "owner": "AWS", "provider": provider, "version": "1"}
    return {"name": f"Check{provider}", "ruleTypeId": type_id, "configuration": configuration}


def condition(result: str, *rules: dict[str, Any]) -> dict[str, Any]:
    return {"conditions": [{"result": result, "rules": list(rules)}]}


def is_key(value: str) -> dict[str, Any]:
    return rule("VariableCheck", Variable="#{Source.ObjectKey}", Operator="EQ", Value=value)


def test_a_stage_is_entered_when_its_condition_is_met(bench: Any) -> None:
    name = bench.create(
        stage("Gate", approval(), beforeEntry=condition("FAIL", is_key("source.zip"))), pipelineType="V2"
    )
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"
    state = bench.stage_state(name, "Gate")["beforeEntryConditionState"]
    assert state["latestExecution"]["status"] == "Succeeded"


def test_a_stage_is_skipped_when_its_condition_says_so(bench: Any) -> None:
    name = bench.create(
        stage("Gate", approval(), beforeEntry=condition("SKIP", is_key("other.zip"))), pipelineType="V2"
    )
    assert bench.ended(name) == "Succeeded"
    assert bench.stage_state(name, "Gate")["latestExecution"]["status"] == "Skipped"


def test_a_failed_entry_condition_shows_its_reason_and_can_be_overridden(bench: Any) -> None:
    name = bench.create(
        stage("Gate", approval(), beforeEntry=condition("FAIL", is_key("other.zip"))), pipelineType="V2"
    )
    assert bench.ended(name) == "Failed"
    state = bench.stage_state(name, "Gate")["beforeEntryConditionState"]
    assert "'source.zip' does not satisfy EQ 'other.zip'" in state["latestExecution"]["summary"]
    rules = bench.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
    assert rules[0]["output"]["executionResult"]["errorDetails"]["code"] == "RuleFailed"
    bench.codepipeline.override_stage_condition(
        pipelineName=name,
        stageName="Gate",
        pipelineExecutionId=bench.executions(name)[0]["pipelineExecutionId"],
        conditionType="BEFORE_ENTRY",
    )
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"


def test_a_condition_that_did_not_fail_cannot_be_overridden(bench: Any) -> None:
    name = bench.create(stage("Gate", approval()))
    bench.token_of(name)
    with pytest.raises(bench.codepipeline.exceptions.ConditionNotOverridableException):
        bench.codepipeline.override_stage_condition(
            pipelineName=name,
            stageName="Gate",
            pipelineExecutionId=bench.executions(name)[0]["pipelineExecutionId"],
            conditionType="BEFORE_ENTRY",
        )


def test_a_function_can_be_the_judge(bench: Any, silent_function: str) -> None:
    gate = stage("Gate", approval(), onSuccess=condition("FAIL", rule("LambdaInvoke", FunctionName=silent_function)))
    name = bench.create(gate, pipelineType="V2")
    bench.answer(name, "Gate")

    def job() -> str | None:
        rules = bench.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"]
        return rules[0]["output"]["executionResult"].get("externalExecutionId") if rules else None

    failure = {"type": "JobFailed", "message": "not good enough"}
    bench.codepipeline.put_job_failure_result(jobId=wait_until(job), failureDetails=failure)
    assert bench.ended(name) == "Failed"
    assert "not good enough" in bench.stage_state(name, "Gate")["onSuccessConditionState"]["latestExecution"]["summary"]


def test_an_alarm_is_waited_for(bench: Any) -> None:
    cloudwatch = bench.aws.client("cloudwatch")
    alarm = bench.unique("alarm")
    cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        MetricName="Any",
        Namespace="Tests",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",  # the state stays as the test sets it
    )
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="tests")
    gate = condition("FAIL", rule("CloudWatchAlarm", AlarmName=alarm, WaitTime="20"))
    name = bench.create(stage("Gate", approval(), beforeEntry=gate), pipelineType="V2")
    wait_until(lambda: bench.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"])
    bench.aws.rehearsal("POST", "clock", seconds=600)
    assert bench.status(name) == "InProgress"
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="tests")

    def is_entered() -> bool:
        bench.aws.rehearsal("POST", "clock", seconds=6)
        return bool(bench.action_state(name, "Approve"))

    wait_until(is_entered)
    assert bench.stage_state(name, "Gate")["beforeEntryConditionState"]["latestExecution"]["status"] == "Succeeded"


def test_a_deployment_window_is_waited_for(bench: Any) -> None:
    now = datetime.fromisoformat(bench.aws.rehearsal("GET", "clock")["now"])
    within = (now + timedelta(hours=3)).replace(minute=30)  # far from both ends of the hour
    gate = condition("FAIL", rule("DeploymentWindow", Cron=f"* * {within.hour} ? * *", TimeZone="UTC"))
    name = bench.create(stage("Gate", approval(), beforeEntry=gate), pipelineType="V2")
    wait_until(lambda: bench.codepipeline.list_rule_executions(pipelineName=name)["ruleExecutionDetails"])
    assert bench.action_state(name, "Approve") == {}
    bench.aws.rehearsal("POST", "clock", seconds=(within - now).total_seconds())
    bench.answer(name, "Gate")
    assert bench.ended(name) == "Succeeded"


def test_conditions_are_for_v2_pipelines(bench: Any) -> None:
    with pytest.raises(bench.codepipeline.exceptions.InvalidStructureException, match="V2"):
        bench.create(stage("Gate", approval(), beforeEntry=condition("FAIL", is_key("any"))))


@pytest.mark.parametrize(
    ("expression", "opens"),
    [
        ("* * 9-17 ? * MON-FRI *", "2026-11-23T09:00"),
        ("* 30 0/6 * * ?", "2026-11-21T12:30"),
        ("* 0 0 L * ?", "2026-11-30T00:00"),
        ("* 0 0 ? * 2#1", "2026-12-07T00:00"),
        ("* 0 0 ? * 6L", "2026-11-27T00:00"),
        ("* 0 0 1W * ?", "2026-12-01T00:00"),
        ("* * * ? * SAT", "2026-11-21T10:20"),
    ],
)
def test_a_window_opens_when_its_expression_says(expression: str, opens: str) -> None:
    saturday = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
    assert window.parse(expression).next_opening(saturday).isoformat()[:16] == opens


@pytest.mark.parametrize("expression", ["* * *", "* 61 * * * ?", "* x * * * ?"])
def test_a_window_that_cannot_be_read_says_what(expression: str) -> None:
    with pytest.raises(ValueError, match=r"fields|within|number"):
        window.parse(expression)
