"""The lab abalone: from a source to an endpoint, with all options first, then without any, a gate that is missed,
removed."""

from typing import Any

import pytest

from tests.conftest import EmbeddedAws
from tests.end_to_end.rehearse import Answer
from tests.localaws.authorizer.minimal import statements
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.waiting import wait_until

HERE = "tests/labs/test_abalone.py"
STACK = "lab-abalone-three"
EVALUATED = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
OF_STATES = {name: row for name, row in EVALUATED.items() if "state_machine" in row.test}
OF_PIPELINE = {name: row for name, row in EVALUATED.items() if name not in OF_STATES}
EVALUATES = ("--stack-parameter", "EvaluateModel=true")
ASKS = ("--stack-parameter", "ApproverEmail=abalone@example.com")


def run(typed: Any, *options: str) -> Answer:
    done: Answer = typed("lab", "run", "abalone", "--suffix", "three", "--json", *options)
    return done


@pytest.fixture(scope="module")
def ran(typed: Any) -> Answer:
    """The lab after its first run, with every option."""
    return run(typed, *EVALUATES, *ASKS)


def served(aws: EmbeddedAws) -> str:
    """The model behind the endpoint."""
    sagemaker = aws.client("sagemaker")
    config = sagemaker.describe_endpoint(EndpointName=STACK)["EndpointConfigName"]
    variants = sagemaker.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
    return str(variants[0]["ModelName"])


def recorded(aws: EmbeddedAws) -> str:
    return str(aws.client("ssm").get_parameter(Name="/lab-abalone/three/model-name")["Parameter"]["Value"])


def test_a_source_becomes_an_endpoint_that_serves_the_recorded_model(ran: Answer, aws: EmbeddedAws) -> None:
    assert ran.exit_code == 0, ran.err
    told = ran.document
    assert [(step["name"], step["status"]) for step in told["steps"]] == [
        ("Source/Source", "Succeeded"),
        ("BuildTemplate/BuildEndpointTemplate", "Succeeded"),
        ("BuildModel/RunSageMakerPipeline", "Succeeded"),
        ("Approve/ApproveModel", "Succeeded"),
        ("Deploy/DeployEndpoint", "Succeeded"),
    ]
    assert told["facts"] == {"model": recorded(aws)}
    assert served(aws) == recorded(aws)
    assert told["answers"]["mse"] == pytest.approx(told["metrics"]["mse"], rel=1e-3)
    assert told["answers"]["mse"] < 0.8 * told["answers"]["mse of the mean"]


def test_with_the_evaluation_come_a_version_and_an_experiment(ran: Answer, aws: EmbeddedAws) -> None:
    sagemaker = aws.client("sagemaker")
    package = sagemaker.describe_model_package(ModelPackageName=ran.document["modelPackageArn"])
    assert package["ModelApprovalStatus"] == "Approved"
    assert package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"].endswith("evaluation.json")
    (trial,) = sagemaker.list_trials(ExperimentName=STACK)["TrialSummaries"]
    components = sagemaker.list_trial_components(TrialName=trial["TrialName"])["TrialComponentSummaries"]
    assert len(components) == 3  # the processing, the training and the evaluation


def test_who_approves_is_asked_by_mail(ran: Answer, aws: EmbeddedAws) -> None:
    def mails() -> list[Any]:
        return [mail for mail in aws.rehearsal("GET", "mailbox")["messages"] if mail["to"] == "abalone@example.com"]

    assert "May it be deployed?" in wait_until(mails)[0]["text"]


@pytest.mark.parametrize("name", OF_PIPELINE, ids=" ".join)
def test_recorded_calls_would_be_denied_without_the_statement(ran: Answer, typed: Any, name: Named) -> None:
    assert set(EVALUATED[name].actions) <= typed.needed(STACK)[name]
    assert typed.denied(STACK) == []


def test_a_gate_that_is_missed_leaves_the_endpoint_as_it_is(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    before = served(aws)
    missed = run(typed, *EVALUATES, *ASKS, "--parameter", "LargestError=0.01")
    assert missed.exit_code == 1
    assert missed.document["steps"][-1]["name"] == "BuildModel/RunSageMakerPipeline"
    assert (served(aws), recorded(aws)) == (before, before)
    steps = aws.client("sagemaker").list_pipeline_executions(PipelineName=STACK)["PipelineExecutionSummaries"][0]
    assert steps["PipelineExecutionStatus"] == "Failed"


def test_without_options_it_is_the_bare_flow_and_updates_the_endpoint(
    ran: Answer, typed: Any, aws: EmbeddedAws
) -> None:
    before = served(aws)
    done = run(typed)
    assert done.exit_code == 0, done.err
    stages = [step["name"].partition("/")[0] for step in done.document["steps"]]
    assert stages == ["Source", "BuildTemplate", "BuildModel", "Deploy"]
    assert done.document["modelPackageArn"] is None
    assert served(aws) == recorded(aws) != before


@pytest.fixture(scope="module")
def ran_by_states(ran: Answer, typed: Any) -> Answer:
    """The same lab after a run in which a state machine made the model."""
    commits = ("--stack-parameter", "SourceType=CodeCommit")
    return run(typed, "--stack-parameter", "Orchestrator=StepFunctions", *ASKS, *commits, "--parameter", "Rounds=60")


def test_a_state_machine_makes_the_same_model(ran: Answer, ran_by_states: Answer, aws: EmbeddedAws) -> None:
    assert ran_by_states.exit_code == 0, ran_by_states.err
    told = ran_by_states.document
    assert [step["name"] for step in told["steps"]][2] == "BuildModel/RunStateMachine"
    assert told["answers"]["mse"] == ran.document["answers"]["mse"]
    assert served(aws) == recorded(aws) == told["facts"]["model"]
    assert told["facts"]["model"].startswith(f"{STACK}-")


@pytest.mark.parametrize("name", OF_STATES, ids=" ".join)
def test_recorded_calls_of_the_state_machine_would_be_denied_without_the_statement(
    ran_by_states: Answer, typed: Any, name: Named
) -> None:
    assert set(OF_STATES[name].actions) <= typed.needed(STACK)[name]
    assert typed.denied(STACK) == []


def test_the_source_of_a_repository_is_the_one_that_was_committed(ran_by_states: Answer, aws: EmbeddedAws) -> None:
    codecommit = aws.client("codecommit")
    tip = codecommit.get_branch(repositoryName=STACK, branchName="main")["branch"]["commitId"]
    pipelines = aws.client("codepipeline")
    newest = pipelines.list_pipeline_executions(pipelineName=STACK)["pipelineExecutionSummaries"][0]
    assert newest["sourceRevisions"][0]["revisionId"] == tip
    message = codecommit.get_commit(repositoryName=STACK, commitId=tip)["commit"]["message"]
    assert message.startswith("Bring definition")  # the run before had other defaults


def test_the_state_machine_has_waited_for_an_answer(ran_by_states: Answer, aws: EmbeddedAws) -> None:
    states = aws.client("stepfunctions")
    (machine,) = [each for each in states.list_state_machines()["stateMachines"] if each["name"] == STACK]
    (done,) = states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    events = states.get_execution_history(executionArn=done["executionArn"], maxResults=1000)["events"]
    entered = [each["stateEnteredEventDetails"]["name"] for each in events if "stateEnteredEventDetails" in each]
    assert entered == ["Process", "Train", "Create", "Approve", "RecordModelName"]
    mails = aws.rehearsal("GET", "mailbox")["messages"]
    assert any("send-task-success" in mail["text"] for mail in mails if mail["to"] == "abalone@example.com")


def test_step_functions_may_mark_the_jobs_that_it_starts() -> None:
    """With ``.sync`` it tags them MANAGED_BY_AWS, for which AWS asks the right of its role."""
    assert statements.all_of_them()[Named("RunAbaloneStates", "Tag")] == ["sagemaker:AddTags"]


def test_states_and_evaluation_do_not_go_together(typed: Any) -> None:
    options = ("--stack-parameter", "Orchestrator=StepFunctions", *EVALUATES)
    refused = typed("lab", "run", "abalone", "--suffix", "four", *options)
    assert (refused.exit_code, "EvaluateModel needs the Orchestrator SageMakerPipeline" in refused.err) == (1, True)


def test_destroy_leaves_nothing(ran: Answer, typed: Any, aws: EmbeddedAws) -> None:
    leaking = typed("leaks", "--suffix", "three")
    assert leaking.exit_code == 1
    assert "endpoint stack lab-endpoint-abalone-three" in leaking.out
    done = typed("lab", "destroy", "abalone", "--suffix", "three", "--json")
    assert (done.exit_code, done.document["remaining"]) == (0, {}), done.err
    assert {"endpoint stack", "experiment", "model", "model package", "model pipeline", "objects", "lab stack"} <= {
        each["kind"] for each in done.document["removed"]
    }
    sagemaker = aws.client("sagemaker")
    assert not [each for each in sagemaker.list_experiments()["ExperimentSummaries"] if STACK in each["ExperimentName"]]
    assert not [each for each in aws.client("logs").describe_log_groups()["logGroups"] if STACK in each["logGroupName"]]
    assert typed("leaks", "--suffix", "three").exit_code == 0
