"""The project's own policies are minimal: each statement's row in the table is true."""

import contextlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rehearsal.toolkit import project, workshop
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.stacks import publishing, stacks
from rehearsal.toolkit.workshop import Phases, Plan
from tests.localaws.authorizer.minimal import statements
from tests.localaws.authorizer.minimal.stack import SECONDS, Stack
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import HERE, TABLE, Denied, Evaluated
from tests.localaws.waiting import wait_until

ROOT = Path(project.find().root)
FUNCTIONS = "TrainDeployEvaluate"
CONFIG = {"TrainModel": {"hp-objective": "reg:squarederror", "hp-max-depth": 3}}
DENIED = {name: row for name, row in TABLE.items() if isinstance(row, Denied)}
EVALUATED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
BEFORE_DEPLOYMENT = {name: row for name, row in DENIED.items() if not row.at.startswith("Deploy")}
IN_DEPLOYMENT = {name: row for name, row in DENIED.items() if row.at.startswith("Deploy")}


@pytest.fixture(scope="module")
def reached(aws: Any) -> account.Aws:
    """The embedded AWS as the toolkit reaches it."""
    announced = aws.announced
    return account.reach(Access(None, announced.region, aws.url, announced.access_key_id, announced.secret_access_key))


@pytest.fixture(scope="module")
def stack(aws: Any, reached: account.Aws, tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """A workshop with a KMS key, after a run that succeeded: every statement is there."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    here = project.find()
    plan = Plan(Workshop("minimal"), here, dataset.check(here.data), here.training_config, {"SSEKMSKeyId": key})
    result = workshop.rehearse(reached, plan, tmp_path_factory.mktemp("zips"), Phases(), lambda _event: None)
    assert result.execution.status is Status.SUCCEEDED, result
    return Stack(aws, plan.workshop)


def test_every_statement_has_a_row() -> None:
    found = statements.all_of_them()
    missing = "\n".join(f"{name.policy} {name.sid}: {', '.join(found[name])}" for name in found if name not in TABLE)
    assert not missing, (
        f"why are these statements there? Tell it in {Path(__file__).with_name('table.py').name}:\n{missing}"
    )
    assert set(TABLE) <= set(found), "rows of statements that are gone"


def test_every_test_that_a_row_names_is_there(tmp_path: Path) -> None:
    lines = [f"{name.policy:20} {name.sid:24} {row}" for name, row in TABLE.items()]
    (tmp_path / "statements.txt").write_text("\n".join(lines))
    print("\n".join(lines))
    for row in TABLE.values():
        if not isinstance(row, Denied):
            file, _, test = row.test.partition("::")
            assert f"def {test}(" in (ROOT / file).read_text(), row.test


@pytest.mark.parametrize("name", BEFORE_DEPLOYMENT, ids=" ".join)
def test_a_run_without_the_statement_fails(stack: Stack, name: Named) -> None:
    row, before = DENIED[name], stack.denied(name.policy)
    with stack.without(name):
        execution = stack.start()
        assert stack.ended(execution) == "Failed"
    assert stack.failure(execution)[0] == row.at, stack.failure(execution)
    assert stack.denied(name.policy)[row.action] > before[row.action]


@pytest.fixture(scope="module")
def in_deployment(stack: Stack) -> str:
    """An execution that has trained, and whose stage DeployDev has failed and can be retried."""
    with stack.without(Named(FUNCTIONS, "Deploy")):
        execution = stack.start()
        assert stack.ended(execution) == "Failed"
    return execution


@pytest.mark.parametrize("name", IN_DEPLOYMENT, ids=" ".join)
def test_a_deployment_without_the_statement_fails(stack: Stack, in_deployment: str, name: Named) -> None:
    row, before = DENIED[name], stack.denied(name.policy)
    with stack.without(name):
        assert stack.ended(stack.retry(in_deployment, "DeployDev")) == "Failed"
    assert stack.failure(in_deployment)[0] == row.at, stack.failure(in_deployment)
    assert stack.denied(name.policy)[row.action] > before[row.action]


def test_without_its_statement_a_missing_file_is_told_as_forbidden(stack: Stack, in_deployment: str) -> None:
    s3, place = stack.aws.client("s3"), {"Bucket": stack.workshop.data_bucket, "Key": "validation/validation.csv"}
    marker = s3.delete_object(**place)["VersionId"]
    try:
        assert stack.ended(stack.retry(in_deployment, "DeployDev")) == "Failed"
        assert "does not exist" in stack.failure(in_deployment)[1]
        with stack.without(Named(FUNCTIONS, "ListData")):
            assert stack.ended(stack.retry(in_deployment, "DeployDev")) == "Failed"
        assert "AccessDenied" in stack.failure(in_deployment)[1]
    finally:
        s3.delete_object(**place, VersionId=marker)


def test_without_its_statement_an_incumbent_never_evaluated_fails_the_action(stack: Stack, in_deployment: str) -> None:
    s3, bucket = stack.aws.client("s3"), stack.workshop.model_bucket
    for each in s3.list_objects_v2(Bucket=bucket, Prefix="evaluations/").get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=each["Key"])
    with stack.without(Named(FUNCTIONS, "ListEvaluations")):
        assert stack.ended(stack.retry(in_deployment, "DeployDev")) == "Failed"
    where, why = stack.failure(in_deployment)
    assert where == "DeployDev/SmokeTest"
    assert "s3:ListBucket" in why
    stack.retry(in_deployment, "DeployDev")
    wait_until(lambda: _smoke_test(stack, in_deployment) != "InProgress", seconds=SECONDS)
    assert _smoke_test(stack, in_deployment) == "Succeeded", stack.failure(in_deployment)
    stack.stop(in_deployment)


def _smoke_test(stack: Stack, execution: str) -> str:
    newest = next(each for each in stack.actions(execution) if each["actionName"] == "SmokeTest")
    return str(newest["status"])


@pytest.fixture
def stops_before_deployment(stack: Stack) -> Iterator[None]:
    """Executions wait before DeployDev."""
    place = {"pipelineName": stack.workshop.pipeline, "stageName": "DeployDev", "transitionType": "Inbound"}
    stack.pipelines.disable_stage_transition(**place, reason="trained is enough")
    yield
    stack.pipelines.enable_stage_transition(**place)


def test_without_their_statements_there_are_no_logs_and_no_metrics(stack: Stack, stops_before_deployment: None) -> None:
    told = stack.start()
    wait_until(lambda: _trained(stack, told), seconds=SECONDS)
    silencing = (("TrainAndServe", "WriteLogs"), ("TrainAndServe", "WriteMetrics"), (FUNCTIONS, "WriteLogs"))
    streams = _streams_of_function(stack)
    with stack.without(*(Named(*each) for each in silencing)):
        silent = stack.start()
        wait_until(lambda: _trained(stack, silent), seconds=SECONDS)
    jobs = [stack.external_id(execution, "TrainModel") for execution in (told, silent)]
    assert [bool(_streams(stack, "/aws/sagemaker/TrainingJobs", job)) for job in jobs] == [True, False]
    assert [bool(_metrics(stack, job)) for job in jobs] == [True, False]
    assert streams == _streams_of_function(stack) != {}
    stack.stop(silent)


def _trained(stack: Stack, execution: str) -> bool:
    status = {each["actionName"]: each["status"] for each in reversed(stack.actions(execution))}
    assert "Failed" not in status.values(), stack.failure(execution)
    return status.get("GetStatus") == "Succeeded"


def _streams(stack: Stack, group: str, prefix: str) -> list[dict[str, Any]]:
    found = stack.aws.client("logs").describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)
    return list(found["logStreams"])


def _streams_of_function(stack: Stack) -> dict[str, int]:
    """The newest event of each log stream of TrainModel, which nothing else invokes."""
    group = f"/aws/lambda/MLOps-BIA-TrainModel-{stack.workshop.suffix}"
    return {each["logStreamName"]: each["lastEventTimestamp"] for each in _streams(stack, group, "2")}


def _metrics(stack: Stack, job: str) -> list[Any]:
    dimensions = [{"Name": "TrainingJobName", "Value": job}]
    found = stack.aws.client("cloudwatch").list_metrics(Namespace="/aws/sagemaker/TrainingJobs", Dimensions=dimensions)
    return list(found["Metrics"])


def test_without_its_statement_no_answer_reaches_the_pipeline(stack: Stack) -> None:
    before = stack.denied(FUNCTIONS)
    actions = {"codepipeline:PutJobSuccessResult", "codepipeline:PutJobFailureResult"}
    with stack.without(Named(FUNCTIONS, "AnswerCodePipeline")):
        execution = stack.start()
        wait_until(lambda: any(stack.denied(FUNCTIONS)[each] > before[each] for each in actions), seconds=SECONDS)
        assert stack.status(execution) == "InProgress"
        stack.stop(execution)


def test_without_its_statement_an_upload_starts_nothing(stack: Stack) -> None:
    before, action = stack.executions(), "codepipeline:StartPipelineExecution"
    with stack.without(Named("StartPipeline", "StartPipeline")):
        stack.upload_config(CONFIG)
        wait_until(lambda: stack.denied("StartPipeline")[action], seconds=SECONDS)
        assert stack.executions() == before


def test_without_its_statement_no_round_of_the_training_is_told(stack: Stack) -> None:
    before = stack.executions()
    stack.upload_config({"TrainModel": {**CONFIG["TrainModel"], "hp-num-round": 100_000}})
    wait_until(lambda: stack.executions() != before, seconds=SECONDS)
    execution = stack.executions()[0]

    def tells_round() -> bool:
        return stack.summary(execution, "Train", "GetStatus").startswith("round ")

    wait_until(tells_round, seconds=SECONDS)
    with stack.without(Named(FUNCTIONS, "ReadTrainingProgress")):
        wait_until(lambda: not tells_round(), seconds=SECONDS)
    job = stack.external_id(execution, "TrainModel")
    stack.aws.client("sagemaker").stop_training_job(TrainingJobName=job)
    stack.stop(execution)


def test_a_missed_gate_goes_back_with_the_permission_to_update_the_endpoint(stack: Stack) -> None:
    before = stack.executions()
    stack.upload_config({**CONFIG, "EvaluateModel.Dev": {"thresholds": [{"metric": "rmse", "max": 0.0001}]}})
    wait_until(lambda: stack.executions() != before, seconds=SECONDS)
    execution = stack.executions()[0]
    assert stack.ended(execution) == "Failed"
    where, why = stack.failure(execution)
    assert where == "DeployDev/SmokeTest"
    assert "is back on" in why
    assert stack.used(FUNCTIONS, "Deploy") >= {"sagemaker:UpdateEndpoint"}


def test_what_aws_publishes_as_the_minimum_is_given() -> None:
    """The bucket's three and the objects' four: the published policy of CodePipeline's service role."""
    given = {action for name in ("LookAtArtifactBucket", "KeepArtifacts") for action in _actions("RunPipeline", name)}
    assert given == {
        *("s3:GetBucketVersioning", "s3:GetBucketAcl", "s3:GetBucketLocation"),
        *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectAcl"),
    }


def _actions(policy: str, sid: str) -> list[str]:
    return statements.all_of_them()[Named(policy, sid)]


def test_roles_are_passed_to_named_services_only() -> None:
    for template in statements.TEMPLATES:
        text = template.read_text()
        assert text.count("iam:PassRole") == text.count("iam:PassedToService"), template.name


@pytest.fixture(scope="module")
def one_click(aws: Any, reached: account.Aws, tmp_path_factory: pytest.TempPathFactory) -> dict[Named, set[str]]:
    """What each statement of the one-click stack's role was needed for: after its creation, and an emptied bucket."""
    here, cloudformation, name = project.find(), aws.client("cloudformation"), "one-click"
    zips = workshop.package(here, tmp_path_factory.mktemp("published"), lambda _event: None)
    published = publishing.publish(reached, here, zips, "minimal-published")
    given = {"SuffixID": "click", "SourceBucket": published.bucket, "SourcePrefix": publishing.FOLDER}
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=here.one_click_template.read_text(),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in given.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    made = Stack(aws, Workshop("click"))
    made.stop(made.executions()[0])
    _empty(aws, made.workshop.code_bucket, published.bucket)
    return _needed(aws, name)


def _empty(aws: Any, bucket: str, answers: str) -> None:
    """What the stack's function does when the stack is deleted."""
    s3 = aws.client("s3")
    event = {
        "RequestType": "Delete",
        "LogicalResourceId": "Files",
        "ResourceProperties": {"Buckets": [bucket]},
        "ResponseURL": s3.generate_presigned_url("put_object", Params={"Bucket": answers, "Key": "answer"}),
        **dict.fromkeys(("StackId", "RequestId"), "by hand"),
    }
    answer = aws.client("lambda").invoke(FunctionName="MLOps-BIA-Files-click", Payload=json.dumps(event))
    assert "FunctionError" not in answer, answer["Payload"].read()
    found = s3.list_object_versions(Bucket=bucket)
    assert found.get("Versions", []) + found.get("DeleteMarkers", []) == []


@pytest.fixture(scope="module")
def with_options(aws: Any, reached: account.Aws, tmp_path_factory: pytest.TempPathFactory) -> dict[Named, set[str]]:
    """What the statements that options bring were needed for, in a run with all of them that is approved on its way."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    lasting = {"env": "Dev", "instance-type": "ml.m5.large", "min-instances": 1, "max-instances": 2, "ttl-minutes": 30}
    options = {
        "SSEKMSKeyId": key,
        "ApproverEmail": "approver@example.com",
        "DeployDevUserParameters": json.dumps(lasting),
        **dict.fromkeys(("BuildFunctions", "ProdEnvironment", "AllowAutoscaling", "AllowTimeToLive"), "true"),
    }
    here = project.find()
    plan = Plan(Workshop("options"), here, dataset.check(here.data), here.training_config, options)
    _forget_scaling_role(aws)
    stacks.launch(reached, workshop.prep_request(plan), lambda _event: None)
    aws.client("s3").put_object(Bucket=plan.workshop.data_bucket, Key="functions.zip", Body=_sources())
    zips = workshop.package(here, tmp_path_factory.mktemp("zips"), lambda _event: None)
    workshop.launch(reached, plan, zips, lambda _event: None)
    made = Stack(aws, plan.workshop)
    wait_until(made.executions, seconds=SECONDS)
    execution = made.executions()[0]
    wait_until(lambda: made.status(execution) != "InProgress" or made.asked("ApproveProd"), seconds=SECONDS)
    assert made.asked("ApproveProd"), made.failure(execution)
    made.stop(execution)
    return _needed(aws, plan.workshop.pipeline_stack)


def _forget_scaling_role(aws: Any) -> None:
    """As in an account whose endpoints have never scaled: other tests' have, and the role is made once."""
    iam = aws.client("iam")
    name = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
    with contextlib.suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_service_linked_role(RoleName=name)


def _sources() -> bytes:
    """The functions' sources, as somebody who builds them hands them in."""
    folder, packed = ROOT / "PipelineLambdaFunctions", io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(each for each in folder.rglob("*") if each.suffix in (".py", ".json")):
            archive.write(file, file.relative_to(folder))
    return packed.getvalue()


def _needed(aws: Any, stack_name: str) -> dict[Named, set[str]]:
    """For each statement of a stack's roles, the actions that nothing else allowed."""
    return {
        Named(each["policy"], each["statement"]): set(each["neededFor"])
        for holder in aws.rehearsal("GET", "iam/usage")["principals"]
        if f"role/{stack_name}-" in holder["arn"]
        for each in holder["statements"]
    }


@pytest.mark.parametrize("name", EVALUATED, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(
    one_click: dict[Named, set[str]], with_options: dict[Named, set[str]], name: Named
) -> None:
    assert set(EVALUATED[name].actions) <= (one_click | with_options)[name]
