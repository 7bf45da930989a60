"""The stacks with their options, side by side on one embedded AWS; and what each option promises."""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rehearsal.toolkit import project, workshop
from rehearsal.toolkit.cleanup import leftovers, teardown
from rehearsal.toolkit.stacks import stacks
from rehearsal.toolkit.stacks.stacks import StackRequest
from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.end_to_end.optional_stacks import (
    FUNCTIONS,
    PATIENCE_SECONDS,
    TRAINING_CONFIG,
    Launched,
    Launcher,
    answer_by_mail,
    commit,
    git,
    quiet,
)
from tests.localaws.authorizer.minimal.table import KEYS, OPTIONS, TABLE, Evaluated, Published, Shown
from tests.localaws.waiting import wait_until
from tests.templates.combinations import APPROVER, AT_FULL_SIZE, LAUNCHED, OPERATOR, SWITCHES, chosen

pytestmark = pytest.mark.usefixtures("git_program")

Names = tuple[str, ...]

USES = {
    "autoscaling": {"DeployDevUserParameters": '{"env": "Dev", "min-instances": 1, "max-instances": 2}'},
    "time-to-live": {"DeployTestUserParameters": '{"env": "Test", "ttl-minutes": 60}'},
}
"""Options that grant a right are launched with UserParameters that use it."""

OUT_OF_REACH = json.dumps(
    {**json.loads(TRAINING_CONFIG), "EvaluateModel.Dev": {"thresholds": [{"metric": "rmse", "max": 0.000001}]}}
)
"""A training configuration whose gate no model passes."""


@dataclass
class Workshops:
    """Combinations, launched two at a time; a test waits for its own."""

    launcher: Launcher
    pool: ThreadPoolExecutor
    launched: dict[Names, Future[Launched]] = field(default_factory=dict)
    settled: set[Names] = field(default_factory=set)

    def begin(self, *names: str) -> Future[Launched]:
        """Launch a combination, unless it is on its way."""
        if names not in self.launched:
            suffix = f"c{LAUNCHED.index(names)}"
            self.launched[names] = self.pool.submit(self.launcher.launch, suffix, parameters_of(names))
        return self.launched[names]

    def ready(self, *names: str) -> Launched:
        """The workshop of this combination when its first execution has succeeded; who must approve it has."""
        made = self.begin(*names).result()
        if names not in self.settled:
            if "approver" in names:
                made.waits_for_approval()
                answer_by_mail(made.mail(APPROVER, "waiting for your response", "/_approvals/"), "Approved")
            elif "prod" in names:
                made.approve()
            made.ended("Succeeded")
            self.settled.add(names)
        return made

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.launcher.embedded.rehearsal("POST", "clock", seconds=seconds)


@pytest.fixture(scope="module")
def workshops(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshops]:
    """What the tests that run ask for is under way from the beginning."""
    embedded = start_embedded_aws("--continuation-delay", "0.05")
    launcher = Launcher(embedded, tmp_path_factory.mktemp("repositories"))
    with ThreadPoolExecutor(max_workers=2) as pool:
        made = Workshops(launcher, pool)
        for item in request.session.items:
            if (
                isinstance(item, pytest.Function)
                and item.function is test_a_combination_is_launched_and_its_pipeline_succeeds
            ):
                made.begin(*item.callspec.params["names"])
        yield made
    stop_embedded_aws(embedded)


def parameters_of(names: Names) -> dict[str, str]:
    used = [USES[name] for name in names if name in USES]
    return chosen(*names) | {key: value for each in used for key, value in each.items()}


def as_parameter(names: Names) -> Any:
    marks = [pytest.mark.full("combinations")] if names in AT_FULL_SIZE else []
    return pytest.param(names, id="-".join(names), marks=marks)


@pytest.mark.parametrize("names", [as_parameter(names) for names in LAUNCHED])
def test_a_combination_is_launched_and_its_pipeline_succeeds(workshops: Workshops, names: Names) -> None:
    made = workshops.ready(*names)
    environments = ("Dev", "Test", "Prod") if {"prod", "approver"} & {*names} else ("Dev", "Test")
    assert made.endpoints() == {f"winequality-{made.suffix}-{environment}" for environment in environments}


@pytest.mark.parametrize("parameter", ["ConnectionArn", "ConfigRepositoryId", "FunctionsRepositoryId"])
def test_a_connection_that_is_not_complete_is_refused_at_once(workshops: Workshops, parameter: str) -> None:
    aws = workshops.launcher.aws
    request = StackRequest(
        "incomplete",
        project.find().pipeline_template,
        {"SuffixID": "incomplete", **chosen("connection", "build"), parameter: ""},
        template_bucket=workshops.ready("s3").plan.workshop.code_bucket,
    )
    with pytest.raises(ClientError, match=f"needs {parameter}"):
        stacks.launch(aws, request, quiet)


def test_a_push_to_the_branch_starts_the_pipeline_and_one_to_another_does_not(workshops: Workshops) -> None:
    made = workshops.ready("codecommit")
    git("push", "-q", "origin", "main:other", cwd=made.config)
    commit(made.config, {"winequality.json": TRAINING_CONFIG.replace("3", "4")})
    git("push", "-q", "origin", "main", cwd=made.config)
    made.ended("Succeeded", count=2)
    assert made.executions()[0]["trigger"]["triggerType"] == "CloudWatchEvent"
    assert made.executions()[0]["sourceRevisions"][0]["revisionId"] == git("rev-parse", "HEAD", cwd=made.config).strip()


def test_a_commit_behind_the_connection_starts_the_pipeline(workshops: Workshops) -> None:
    made = workshops.ready("connection")
    commit(made.config, {"winequality.json": TRAINING_CONFIG.replace("3", "4")})
    workshops.advance(61)
    made.ended("Succeeded", count=2)


def test_functions_are_tested_before_they_get_their_new_code(workshops: Workshops) -> None:
    made = workshops.ready("s3", "build")
    built = made.code_of("TrainModel")
    made.upload_functions({"train_model.py": "def lambda_handler(event, context:\n"})
    made.ended("Failed", count=2)
    assert made.stage("Build")["latestExecution"]["status"] == "Failed"
    made.upload_functions({"tests/test_sums.py": BROKEN_TEST})
    made.ended("Failed", count=3)
    assert made.code_of("TrainModel") == built
    assert "AssertionError" in build_log(made)
    changed = (FUNCTIONS / "train_model.py").read_bytes() + b"# new\n"
    made.upload_functions({"tests/test_sums.py": BROKEN_TEST.replace("5", "4"), "train_model.py": changed})
    made.ended("Succeeded", count=4)
    assert made.code_of("TrainModel") != built
    zips = made.aws.client("s3").list_object_versions(Bucket=made.plan.workshop.code_bucket, Prefix="MLOps-BIA-Train")
    assert len(zips["Versions"]) == 3, "the one uploaded, and two that were built"


BROKEN_TEST = """
import unittest

class Sums(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(2 + 2, 5)
"""


def build_log(made: Launched) -> str:
    logs, group = made.aws.client("logs"), f"/aws/codebuild/mlops-builtinalgo-functions-{made.suffix}"
    return "\n".join(event["message"] for event in logs.filter_log_events(logGroupName=group)["events"])


def test_what_the_approver_rejects_does_not_reach_prod(workshops: Workshops) -> None:
    made = workshops.ready("s3", "approver")
    sagemaker, name = made.aws.client("sagemaker"), f"winequality-{made.suffix}-Prod"
    before = sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    asked = made.mail(APPROVER, "waiting for your response")
    assert "passed its test of 160 rows" in asked
    execution = workshop.release(made.aws, made.plan.workshop)
    made.waits_for_approval()
    answer_by_mail(made.mail(APPROVER, f"winequality-{made.suffix}-{execution[:8]}"), "Rejected")
    made.ended("Failed", count=2)
    assert sagemaker.describe_endpoint(EndpointName=name)["EndpointConfigName"] == before


def test_the_operator_is_told_how_executions_end_and_why_one_failed(workshops: Workshops) -> None:
    made = workshops.ready("s3", "notifications")
    succeeded = made.executions()[0]["pipelineExecutionId"]
    assert f"execution {succeeded} ended as SUCCEEDED" in made.mail(OPERATOR, "SUCCEEDED")
    made.upload_config(OUT_OF_REACH)
    made.ended("Failed", count=2)
    failed = made.executions()[0]["pipelineExecutionId"]
    told = made.mail(OPERATOR, "DeployDev/SmokeTest failed")
    assert "rmse" in told
    assert failed in told
    assert "<" not in told
    assert made.mail(OPERATOR, f"execution {failed} ended as FAILED")


def test_a_failed_action_raises_the_alarm_and_the_operator_gets_a_mail(workshops: Workshops) -> None:
    made = workshops.ready("s3", *SWITCHES)
    assert made.alarm("action-failed") in ("OK", "INSUFFICIENT_DATA")
    made.upload_config(OUT_OF_REACH)
    made.ended("Failed", count=2)
    wait_until(lambda: made.alarm("action-failed") == "ALARM", seconds=PATIENCE_SECONDS)
    assert made.mail(OPERATOR, "mlops-builtinalgo-action-failed", "ALARM")


def test_an_endpoint_that_answers_with_errors_raises_its_alarm(workshops: Workshops) -> None:
    made = workshops.ready("s3", "monitoring")
    name = f"winequality-{made.suffix}-Dev"
    make_it_fail(made.aws.client("sagemaker"), name)
    runtime = made.aws.client("sagemaker-runtime")
    with pytest.raises(runtime.exceptions.ModelError):
        runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body="1,2,3,4,5,6,7,8,9,10,11")
    wait_until(lambda: made.alarm("dev-errors") == "ALARM", seconds=PATIENCE_SECONDS)
    assert made.alarm("test-errors") != "ALARM"


def make_it_fail(sagemaker: Any, endpoint: str) -> None:
    """Serve the model as somebody might by hand: asked for labels, which this objective has none of."""
    config = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    variant = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"][0]
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    container = {name: model["PrimaryContainer"][name] for name in ("Image", "ModelDataUrl")}
    environment = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label"}
    sagemaker.create_model(
        ModelName=f"{endpoint}-byhand",
        ExecutionRoleArn=model["ExecutionRoleArn"],
        PrimaryContainer={**container, "Environment": environment},
    )
    sagemaker.create_endpoint_config(
        EndpointConfigName=f"{endpoint}-byhand", ProductionVariants=[{**variant, "ModelName": f"{endpoint}-byhand"}]
    )
    sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=f"{endpoint}-byhand")
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=endpoint, WaiterConfig={"Delay": 1})


def test_the_dashboard_names_what_there_is(workshops: Workshops) -> None:
    made = workshops.ready("s3", *SWITCHES)
    body = made.aws.client("cloudwatch").get_dashboard(DashboardName=made.pipeline)["DashboardBody"]
    widgets = json.loads(body)["widgets"]
    alarms = next(widget["properties"]["alarms"] for widget in widgets if widget["type"] == "alarm")
    names = {alarm["AlarmArn"] for alarm in made.aws.client("cloudwatch").describe_alarms()["MetricAlarms"]}
    assert len(alarms) == 5
    assert {*alarms} <= names
    for environment in ("Dev", "Test", "Prod"):
        assert f"winequality-{made.suffix}-{environment}" in body
    assert "${" not in body


def test_an_event_and_an_invocation_that_are_given_up_lie_in_the_dead_letter_queue(workshops: Workshops) -> None:
    made = workshops.ready("s3", "monitoring")
    iam, cloudformation = made.aws.client("iam"), made.aws.client("cloudformation")
    stack = made.plan.workshop.pipeline_stack
    described = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId="SourceEventRole")
    role = described["StackResourceDetail"]["PhysicalResourceId"]
    iam.delete_role_policy(RoleName=role, PolicyName="StartPipeline")
    made.upload_config(TRAINING_CONFIG)
    event = wait_until(lambda: dead_letter(made), seconds=PATIENCE_SECONDS)
    assert "StartPipelineExecution" in event["MessageAttributes"]["ERROR_MESSAGE"]["StringValue"]
    function = f"MLOps-BIA-GetStatus-{made.suffix}"
    workshops.launcher.embedded.rehearsal("POST", "faults", kind="crash-function", name=function, count=3)
    made.aws.client("lambda").invoke(FunctionName=function, InvocationType="Event", Payload='{"asked": "in vain"}')
    letter = wait_until(lambda: given_up(workshops, made), seconds=PATIENCE_SECONDS)
    assert json.loads(letter["Body"]) == {"asked": "in vain"}
    workshops.advance(66)
    wait_until(lambda: made.alarm("dead-letters") == "ALARM", seconds=PATIENCE_SECONDS)


def given_up(workshops: Workshops, made: Launched) -> dict[str, Any] | None:
    """A minute later: the letter, which stays in the queue; None as long as Lambda tries again."""
    workshops.advance(61)
    return dead_letter(made, seconds=1, keep=True)


def dead_letter(made: Launched, *, seconds: int = 20, keep: bool = False) -> dict[str, Any] | None:
    """The next message of the queue, None when none comes."""
    sqs = made.aws.client("sqs")
    url = sqs.get_queue_url(QueueName=f"mlops-builtinalgo-dead-letters-{made.suffix}")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=seconds, MessageAttributeNames=["All"])
    for message in received.get("Messages", []):
        named = {"QueueUrl": url, "ReceiptHandle": message["ReceiptHandle"]}
        if keep:
            sqs.change_message_visibility(**named, VisibilityTimeout=0)
        else:
            sqs.delete_message(**named)
        return dict(message)
    return None


def test_an_endpoint_scales_when_it_may(workshops: Workshops) -> None:
    made = workshops.ready("s3", "autoscaling")
    targets = made.aws.client("application-autoscaling").describe_scalable_targets(
        ServiceNamespace="sagemaker", ResourceIds=[f"endpoint/winequality-{made.suffix}-Dev/variant/AllTraffic"]
    )["ScalableTargets"]
    assert [(target["MinCapacity"], target["MaxCapacity"]) for target in targets] == [(1, 2)]


def test_no_statement_of_any_role_is_without_a_need(workshops: Workshops) -> None:
    for names in LAUNCHED:
        if names not in AT_FULL_SIZE:
            workshops.ready(*names)
    workshops.advance(3601)
    made = workshops.ready("s3", "time-to-live")
    wait_until(lambda: made.endpoints() == {f"winequality-{made.suffix}-Dev"}, seconds=PATIENCE_SECONDS)
    needed: dict[tuple[str, str], set[str]] = {}
    for principal in workshops.launcher.embedded.rehearsal("GET", "iam/usage")["principals"]:
        for row in principal["statements"]:
            needed.setdefault((row["policy"], row["statement"]), set()).update(row["neededFor"])
    idle = {row for row, actions in needed.items() if not actions and row[0] in POLICIES}
    assert idle <= SHOWN_ELSEWHERE, needed
    for name, actions in EVALUATED_HERE.items():
        assert needed[name] >= actions, name
    assert set(POLICIES) <= {policy for policy, _ in needed}


POLICIES = (
    "TrainAndServe",
    "TrainDeployEvaluate",
    "RunPipeline",
    "StartPipeline",
    "BuildFunctions",
    "EndEndpoints",
)
SHOWN_ELSEWHERE = {
    (name.policy, name.sid)
    for name, row in TABLE.items()
    if isinstance(row, Shown | Published) or (isinstance(row, Evaluated) and row.test == KEYS)
}
"""Statements whose need another test shows."""
EVALUATED_HERE = {
    (name.policy, name.sid): {*row.actions}
    for name, row in TABLE.items()
    if isinstance(row, Evaluated) and row.test == OPTIONS
}
"""What the launched combinations needed each of these statements for."""


def test_destroy_leaves_nothing_of_any_option(workshops: Workshops) -> None:
    made = workshops.ready("s3", *SWITCHES)
    done = teardown.destroy(made.aws, made.plan.workshop, quiet)
    assert done.remaining == ()
    assert leftovers.survey(made.aws, made.plan.workshop) == []
    assert [
        name for name in everything_named(made) if name.endswith(f"-{made.suffix}") or f"-{made.suffix}-" in name
    ] == []


def everything_named(made: Launched) -> Iterator[str]:
    """Names of what the options make, in the whole account."""
    aws = made.aws
    yield from (each["TopicArn"] for each in aws.client("sns").list_topics()["Topics"])
    yield from aws.client("sqs").list_queues().get("QueueUrls", [])
    yield from (each["Name"] for each in aws.client("events").list_rules()["Rules"])
    yield from (each["AlarmName"] for each in aws.client("cloudwatch").describe_alarms()["MetricAlarms"])
    yield from (each["DashboardName"] for each in aws.client("cloudwatch").list_dashboards()["DashboardEntries"])
    yield from aws.client("codebuild").list_projects()["projects"]
    yield from (each["Name"] for each in aws.client("scheduler").list_schedules()["Schedules"])
    yield from (each["logGroupName"] for each in aws.client("logs").describe_log_groups()["logGroups"])
