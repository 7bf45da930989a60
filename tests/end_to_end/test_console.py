"""The console over HTTP: what its pages show of a workshop that ran, what its forms do, and who is turned away."""

import http.client
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.end_to_end.conftest import Kept
from tests.end_to_end.consoles import Console, answer_of, console
from tests.end_to_end.rehearse import ROOT, rehearse
from tests.localaws.waiting import wait_until

PIPELINE = "/pipelines/mlops-builtinalgo-sde"


@pytest.fixture(scope="module")
def served(kept: Kept) -> Iterator[Console]:
    with console(kept.variables) as running:
        yield running


HOSTILE = "<img src=x onerror=alert(1)>"
STEPS = {
    "Version": "2020-12-01",
    "Parameters": [{"Name": "Reason", "Type": "String", "DefaultValue": "as asked"}],
    "Steps": [
        {
            "Name": "Check",
            "Type": "Condition",
            "Arguments": {
                "Conditions": [{"Type": "Equals", "LeftValue": 1, "RightValue": 1}],
                "IfSteps": [
                    {"Name": "Give-up", "Type": "Fail", "Arguments": {"ErrorMessage": {"Get": "Parameters.Reason"}}}
                ],
                "ElseSteps": [],
            },
        }
    ],
}


@pytest.fixture(scope="module")
def registered(kept: Kept, served: Console) -> str:
    """A model of the run in the registry, waiting for its approval, and a SageMaker pipeline; gives the version's
    ARN.
    """
    sagemaker = kept.client("sagemaker")
    (name, *_) = [each["TrainingJobName"] for each in sagemaker.list_training_jobs()["TrainingJobSummaries"]]
    job = sagemaker.describe_training_job(TrainingJobName=name)
    sagemaker.create_model_package_group(ModelPackageGroupName="wine", ModelPackageGroupDescription=HOSTILE)
    container = {
        "Image": job["AlgorithmSpecification"]["TrainingImage"],
        "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
    }
    types = {"SupportedContentTypes": ["text/csv"], "SupportedResponseMIMETypes": ["text/csv"]}
    made = sagemaker.create_model_package(
        ModelPackageGroupName="wine",
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={"Containers": [container], **types},
        CustomerMetadataProperties={"who": HOSTILE},
    )
    sagemaker.create_pipeline(
        PipelineName="steps",
        PipelineDescription=HOSTILE,
        PipelineDefinition=json.dumps(STEPS),
        RoleArn=job["RoleArn"],
        ClientRequestToken="s" * 32,
    )
    served.change("/model-pipelines/steps/start", **{"par-Reason": f"because {HOSTILE}"})
    return str(made["ModelPackageArn"])


def addresses(served: Console) -> list[str]:
    """Every page that the pages of a run lead to."""
    execution = served.facts(PIPELINE)["execution"]
    here = f"{PIPELINE}/executions/{execution['execution_id']}"
    actions = [f"{here}/{stage['name']}/{each['name']}" for stage in execution["stages"] for each in stage["actions"]]
    artifacts = [
        f"{address}?artifact={each['name']}&file={quote(entry['name'])}"
        for address in actions
        for attempt in served.facts(address)["attempts"]
        for each in (*attempt["inputs"], *attempt["outputs"])
        for entry in served.facts(f"{address}?artifact={each['name']}")["inside"]["contents"]["entries"]
    ]
    assert len(artifacts) > 8
    job = served.facts("/training")["jobs"][0]["name"]
    run = f"/model-pipelines/steps/executions/{served.facts('/model-pipelines/steps')['run']['run']}"
    beside = [
        "/model-pipelines",
        "/model-pipelines/steps",
        run,
        f"{run}/steps/Give-up",
        "/models",
        "/models/wine",
        "/models/wine/1",
        "/log",
        "/log?group=/aws/lambda/MLOps-BIA-TrainModel-sde",
        "/resources",
        *(f"/resources/{each}" for each in ("lambda/functions", "sagemaker/training-jobs", "iam/roles", "s3/buckets")),
        "/resources/lambda/functions?name=MLOps-BIA-TrainModel-sde",
        f"{here}/card",
        f"{run}/card",
        "/where",
        "/training",
        f"/training/{job}",
        "/endpoints",
        "/endpoints/winequality-sde-Test",
        "/costs",
        "/mailbox",
        "/faults",
        "/permissions",
    ]
    return [
        "/", "/stacks", "/stacks/mlops-prep-sde", "/stacks/mlops-pipeline-sde", "/stacks/launch/prep",
        "/stacks/launch/pipeline", "/pipelines", PIPELINE, here, *actions, *artifacts, *beside,
        f"{PIPELINE}/parameters/Train/TrainModel",
        f"{PIPELINE}/compare?before={execution['execution_id']}&after={execution['execution_id']}",
    ]  # fmt: skip


def test_no_page_and_no_twin_shows_a_credential(served: Console, kept: Kept, registered: str) -> None:
    token = served.link.partition("token=")[2]
    secrets = [kept.variables["AWS_SECRET_ACCESS_KEY"], token, served.cookie.partition("=")[2]]
    for address in addresses(served):
        twin = served.page(address + ("&" if "?" in address else "?") + "as=json")
        for text in (twin,) if "file=" in address else (twin, served.page(address)):
            assert not [each for each in secrets if each in text], address
            assert not re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}", text), address


def test_the_pipelines_page_tells_the_whole_run(served: Console) -> None:
    facts = served.facts(PIPELINE)
    assert facts["execution"]["status"] == "Succeeded"
    assert {each["environment"] for each in facts["endpoints"]} == {"Dev", "Test"}
    assert {each["action"] for each in facts["evaluations"]} == {"SmokeTest", "FullTest"}
    page = served.page(PIPELINE)
    for word in (
        "Release change starts the pipeline from its source",
        "TrainModel",
        "Is the model good?",
        "Embedded AWS",
    ):
        assert word in page


def test_an_action_opens_to_its_event_artifacts_and_log(served: Console) -> None:
    execution = served.facts(PIPELINE)["execution"]["execution_id"]
    facts = served.facts(f"{PIPELINE}/executions/{execution}/Train/GetStatus")
    event = json.loads(facts["event"])["CodePipeline.job"]["data"]
    assert event["artifactCredentials"] == "(left out)"
    assert event["inputArtifacts"][0]["location"]["s3Location"]["bucketName"].startswith("mlops-builtinalgo-artifacts")
    assert any("validation-rmse" in line["message"] for line in facts["lines"])


def test_the_fragment_is_drawn_alone_and_the_stream_tells_what_was_seen(served: Console) -> None:
    status, part, _ = served.ask(PIPELINE, headers={"HX-Request": "true"})
    seen = re.search(r'data-seen="(\w+)"', part)
    assert (status, "<html" in part, seen is not None) == (200, False, True)
    place = urlsplit(served.url)
    connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
    connection.request("GET", f"/live?of={quote(PIPELINE, safe='')}", headers={"Cookie": served.cookie})
    assert seen is not None
    assert connection.getresponse().readline().decode() == f"data: {seen[1]}\n"
    connection.close()


def test_release_stop_transition_and_userparameters_by_form(served: Console, kept: Kept) -> None:
    pipelines = kept.client("codepipeline")
    state = f"{PIPELINE}/transition"
    served.change(state, stage="DeployDev", to="disabled", reason="wait for Ada")
    stages = pipelines.get_pipeline_state(name="mlops-builtinalgo-sde")["stageStates"]
    held = next(each for each in stages if each["stageName"] == "DeployDev")["inboundTransitionState"]
    assert (held["enabled"], held["disabledReason"]) == (False, "wait for Ada")
    assert "wait for Ada" in served.page(PIPELINE)
    served.change(state, stage="DeployDev", to="enabled")

    text = {**json.loads(served.facts(f"{PIPELINE}/parameters/Train/TrainModel")["text"]), "hp-num-round": 7}
    work = served.change(f"{PIPELINE}/parameters/Train/TrainModel", text=json.dumps(text), then="release")
    wait_until(lambda: served.facts(work)["status"] != "InProgress")
    done = served.facts(work)
    assert done["status"] == "Succeeded", done
    wait_until(lambda: served.facts(done["then"])["execution"]["status"] not in ("InProgress", "Stopping"))
    after = served.facts(done["then"])
    assert after["execution"]["status"] == "Succeeded"
    assert any("hp-num-round" in each["fact"] for each in after["since_green"]["differences"])


def test_the_editor_points_at_the_character_and_save_refuses_it(served: Console) -> None:
    here = f"{PIPELINE}/parameters/DeployTest/FullTest"
    broken = '{"env": "Test", "s3bucket": "b"}", "s3key": "/test/test.csv"}'
    (problem,) = served.facts(f"{here}?text={quote(broken)}")["problems"]
    assert (problem["line"], problem["column"], problem["at"]) == (1, 33, '"')
    status, page, _ = served.ask(here, {"form-token": served.form_token, "text": broken})
    assert (status, "is not JSON" in page) == (400, True)


def test_what_destroys_asks_first(served: Console, kept: Kept) -> None:
    form = {"form-token": served.form_token}
    status, page, _ = served.ask("/stacks/mlops-pipeline-sde/delete", form)
    assert (status, "This will delete the stack mlops-pipeline-sde" in page) == (200, True)
    stack = kept.client("cloudformation").describe_stacks(StackName="mlops-pipeline-sde")["Stacks"][0]
    assert stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def test_attacks_from_a_browser_are_turned_away_and_change_nothing(served: Console, kept: Kept) -> None:
    history = kept.client("codepipeline").list_pipeline_executions
    before = history(pipelineName="mlops-builtinalgo-sde")["pipelineExecutionSummaries"]
    release, form = f"{PIPELINE}/release", {"form-token": served.form_token}
    port = urlsplit(served.url).port
    attempts = [
        served.ask("/", headers={"Host": f"rebound.example:{port}"}),
        served.ask(release, form, {"Host": f"rebound.example:{port}", "Origin": f"http://rebound.example:{port}"}),
        served.ask(release, form, {"Origin": "https://evil.example"}),
        served.ask(release, form, {"Origin": "null"}),
        served.ask(release, form, {"Origin": ""}),
        served.ask(release, form, {"Sec-Fetch-Site": "same-site"}),
        served.ask(release, form, {"Cookie": ""}),
        answer_of(served.url + PIPELINE, {}),
    ]
    assert [status for status, _, _ in attempts] == [403, 403, 403, 403, 403, 403, 401, 401]
    assert served.ask(release, {"form-token": "guessed"})[0] == 400
    assert served.ask(release)[0] == 405  # no GET changes anything
    assert served.ask(release, headers={"X-HTTP-Method-Override": "POST"})[0] == 405
    assert history(pipelineName="mlops-builtinalgo-sde")["pipelineExecutionSummaries"] == before


def test_every_answer_forbids_what_a_page_does_not_need(served: Console) -> None:
    for path in ("/", "/nowhere", "/static/console.js", "/live?of=/nowhere", PIPELINE):
        _, _, headers = served.ask(path)
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers
    for path in (
        "/",
        PIPELINE,
        "/stacks/launch/pipeline",
    ):  # the policy would break what it forbids: nothing may use it
        assert not re.findall(
            r"<script(?! src=)|\sstyle=|\son\w+=|https?://(?!127\.0\.0\.1|www\.w3\.org)",
            served.page(path).split("<main")[0],
        )
        assert not re.findall(r"<script|\sstyle=|\son[a-z]+=\"", served.page(path).split("<main")[1])


def test_the_cookie_stays_with_the_console(served: Console) -> None:
    _, page, headers = answer_of(served.link, {})
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert served.link.partition("token=")[2] not in page + cookie


def test_hostile_names_are_shown_as_text(served: Console, kept: Kept) -> None:
    hostile = HOSTILE
    key = f"hostile/{hostile}.zip"
    kept.client("logs").put_log_events(
        logGroupName="/aws/lambda/MLOps-BIA-TrainModel-sde",
        logStreamName=_stream(kept),
        logEvents=[{"timestamp": _time_of_training(served), "message": f"{hostile} {key}"}],
    )
    group = "/log?group=/aws/lambda/MLOps-BIA-TrainModel-sde"
    for page in (served.page(f"{group}&find=onerror"), served.page(group)):
        assert hostile not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page


def _stream(kept: Kept) -> str:
    streams = kept.client("logs").describe_log_streams(logGroupName="/aws/lambda/MLOps-BIA-TrainModel-sde")
    return str(streams["logStreams"][0]["logStreamName"])


def _time_of_training(served: Console) -> int:
    from datetime import datetime

    first = served.facts(PIPELINE)["history"][-1]["execution_id"]
    action = served.facts(f"{PIPELINE}/executions/{first}/Train/TrainModel")["action"]
    return int(datetime.fromisoformat(action["started_at"]).timestamp() * 1000) + 1


def test_training_has_curves_and_the_evaluation_its_gate_and_predictions(served: Console) -> None:
    execution = served.facts(PIPELINE)["history"][-1]["execution_id"]
    facts = served.facts(f"{PIPELINE}/executions/{execution}/DeployTest/FullTest")["evaluation"]
    assert (len(facts["pairs"]), [bound["is_held"] for bound in facts["gate"]]) == (160, [True])
    job = served.facts(f"/training/{served.facts('/training')['jobs'][-1]['name']}")
    assert len(job["curves"]["rmse"]["validation"]) == 100
    assert "validation rmse is best at" in job["findings"]["rmse"]
    assert '<svg class="chart"' in served.page(f"/training/{job['job']['name']}")


def test_the_evaluation_says_what_the_model_looks_at_and_which_rows_are_most_wrong(served: Console) -> None:
    execution = served.facts(PIPELINE)["history"][-1]["execution_id"]
    here = f"{PIPELINE}/executions/{execution}/DeployTest/FullTest"
    beyond = served.facts(here)["beyond"]
    assert len(beyond["importance"]) == 11
    worst = beyond["worst"][0]
    rows = (ROOT / "Data" / "test" / "test.csv").read_text().splitlines()
    assert worst["text"] == rows[worst["number"] - 1]
    assert worst["error"] == pytest.approx(served.facts(here)["evaluation"]["metrics"]["max_error"])
    page = served.page(here)
    for title in ("Rows that are most wrong", "What the model looks at", "No slices were asked for"):
        assert title in page


def test_a_revision_is_followed_to_its_model_endpoints_and_executions(served: Console, kept: Kept) -> None:
    first = served.facts(PIPELINE)["history"][-1]["full_revisions"][0][1]
    ways = served.facts(f"/where?revision={first[:12]}")["ways"]
    assert {way["execution_id"] for way in ways} >= {served.facts(PIPELINE)["history"][-1]["execution_id"]}
    now = [each["endpoint"] for way in ways for each in way["endpoints"] if each["is_now"]]
    assert sorted(now) == ["winequality-sde-Dev", "winequality-sde-Test"]
    job = served.facts("/training")["jobs"][-1]["name"]
    (train, *_) = served.facts(f"/training/{job}")["data"]
    told = kept.rehearse("where", train["version_id"])
    assert (told.exit_code, f"training job {job}" in told.out) == (0, True), told.err
    assert kept.rehearse("where", "no-such-revision").exit_code == 1
    assert "None of the" in served.page("/where?revision=no-such-revision")


def test_a_release_takes_the_revision_that_the_form_names(served: Console, kept: Kept) -> None:
    ((action, version),) = served.facts(PIPELINE)["history"][-1]["full_revisions"]
    address = served.change(f"{PIPELINE}/release", **{f"rev-{action}": version})
    wait_until(lambda: served.facts(address)["execution"]["status"] not in ("InProgress", "Stopping"))
    assert served.facts(address)["summary"]["full_revisions"] == [[action, version]]


def test_an_action_is_replayed_with_its_own_event_and_with_code_of_a_folder(
    served: Console, kept: Kept, tmp_path: Path
) -> None:
    history = served.facts(PIPELINE)["history"]  # the endpoint serves what the newest one brought
    run = next(each["execution_id"] for each in history if each["status"] == "Succeeded")
    s3 = kept.client("s3")
    before = {each["Key"] for each in s3.list_objects_v2(Bucket="mlops-builtinalgo-artifacts-sde")["Contents"]}
    again = kept.rehearse("replay", run[:8], "DeployTest/FullTest")
    assert again.exit_code == 0, again.err
    told = json.loads(again.out.partition("not sent (success): ")[2])
    assert told["outputVariables"]["Rows"] == "160"
    new = {each["Key"] for each in s3.list_objects_v2(Bucket="mlops-builtinalgo-artifacts-sde")["Contents"]} - before
    assert [".replay-" in key for key in new] == [True]
    source = (
        "def lambda_handler(event, context):\n    raise SystemExit('mine: ' + event['CodePipeline.job']['id'][:0])\n"
    )
    (tmp_path / "evaluate_model.py").write_text(source)
    mine = kept.rehearse("replay", run[:8], "DeployTest/FullTest", "--code", str(tmp_path))
    assert (mine.exit_code, "mine: " in mine.err) == (1, True)
    assert kept.rehearse("replay", run[:8], "Source/TrainingConfig").exit_code == 1
    for text in (again.out, again.err, mine.err):
        assert not re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}", text)


def test_the_endpoint_shows_its_traffic_and_what_it_captured_and_takes_rows_of_the_test_set(served: Console) -> None:
    here = "/endpoints/winequality-sde-Test"
    rows = served.facts(f"{here}?from=5")["examples"].splitlines()
    test_set = (ROOT / "Data" / "test" / "test.csv").read_text().splitlines()
    assert rows == [line.partition(",")[2] for line in test_set[4:7]]
    tried = served.facts(f"{here}?rows={quote(rows[0])}")
    assert [float(label) for label in tried["actual"]] == [float(test_set[4].partition(",")[0])]
    wait_until(lambda: served.facts(here)["traffic"][0]["invocations"] > 0)
    traffic = served.facts(here)["traffic"][0]
    assert (traffic["errors"], traffic["mean_ms"] > 0) == (0, True)
    assert served.facts(here)["capture"]["is_on"] is False
    words = served.facts(f"{here}?rows={quote('1,2,x,4,5,6,7,8,9,10,11')}")["error"]["what"]
    assert "row 1, column 3: 'x' is no number" in words


def test_resources_are_shown_as_their_services_describe_them(served: Console) -> None:
    names = served.facts("/resources/lambda/functions")["names"]
    assert "MLOps-BIA-TrainModel-sde" in names
    told = json.loads(served.facts("/resources/s3/buckets?name=mlops-builtinalgo-data-sde")["description"])
    assert told["Status"] == "Enabled"
    for path in ("/resources/lambda/functions?name=none", "/resources/lambda/none", "/log?group=/none"):
        assert served.ask(path)[0] == 404, path


def test_two_training_jobs_side_by_side(served: Console, kept: Kept) -> None:
    jobs = [each["name"] for each in served.facts("/training")["jobs"]]
    assert len(jobs) > 1
    found = served.facts(f"/training/compare?before={jobs[-1]}&after={jobs[0]}")
    assert {each["fact"] for each in found["differences"]} >= {"validation:rmse"}
    assert set(found["curves"]["rmse"]) == {"first", "second"}
    assert len(found["curves"]["rmse"]["first"]) == 100  # its own rounds, and none of another job
    (train, *_) = served.facts(f"/training/{jobs[0]}")["data"]
    assert (train["channel"], bool(train["version_id"])) == ("train", True)


def test_a_sagemaker_pipeline_is_started_shown_step_by_step_and_its_failure_explained(
    served: Console, kept: Kept, registered: str, tmp_path: Path
) -> None:
    address = "/model-pipelines/steps"
    wait_until(lambda: served.facts(address)["run"]["has_ended"])
    facts = served.facts(address)
    assert facts["run"]["status"] == "Failed"
    assert [(each["name"], each["column"], each["waits"]) for each in facts["graph"]] == [
        ("Check", 0, []),
        ("Give-up", 1, ["Check"]),
    ]
    assert [each["name"] for each in facts["failed"]] == ["Give-up"]
    run = f"{address}/executions/{facts['run']['run']}"
    assert "because" in served.facts(f"{run}/steps/Give-up")["step"]["reason"]
    for page in (served.page(run), served.page(f"{run}/steps/Give-up"), served.page("/model-pipelines")):
        assert HOSTILE not in page
        assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert facts["can_retry"] is False  # a Fail step has ended it: SageMaker does not retry that
    status, page, _ = served.ask(f"{address}/retry", {"form-token": served.form_token, "arn": facts["run"]["arn"]})
    assert (status != 303, "cannot be retried" in page) == (True, True)
    assert served.ask(f"{run}/steps/none")[0] == 404
    for form in ("html", "md", "json"):
        card = tmp_path / f"card.{form}"
        written = kept.rehearse("report", "--sagemaker-pipeline", "steps", "-o", str(card))
        assert written.exit_code == 0, written.err
        assert [
            word for word in ("Give-up", "Reason", "ListPipelineExecutionSteps") if word not in card.read_text()
        ] == []
    assert HOSTILE not in (tmp_path / "card.html").read_text()
    assert kept.rehearse("report", "--sagemaker-pipeline", "none").exit_code == 1


def test_a_version_of_a_model_is_rejected_and_approved_by_form(served: Console, kept: Kept, registered: str) -> None:
    (group,) = served.facts("/models")["groups"]
    assert (group["name"], group["newest"]["approval"]) == ("wine", "PendingManualApproval")
    for answer, comment in (("Rejected", "too old"), ("Approved", f"good {HOSTILE}")):
        served.change("/models/wine/1", answer=answer, comment=comment)
        told = kept.client("sagemaker").describe_model_package(ModelPackageName=registered)
        assert (told["ModelApprovalStatus"], told["ApprovalDescription"]) == (answer, comment)
    facts = served.facts("/models/wine/1")
    assert facts["job"].startswith("winequality-sde-")
    for path in ("/models", "/models/wine", "/models/wine/1"):
        assert HOSTILE not in served.page(path)
    assert served.ask("/models/none")[0] == 404
    assert served.ask("/models/wine/7")[0] == 404


def test_an_endpoint_is_tried_and_a_row_that_does_not_fit_is_explained(served: Console) -> None:
    here = "/endpoints/winequality-sde-Test"
    (answer,) = served.facts(f"{here}?rows=7.4,0.7,0,1.9,0.076,11,34,0.9978,3.51,0.56,9.4")["predictions"]
    assert 3 < float(answer) < 9
    assert "was trained on 11 features" in served.facts(f"{here}?rows=1,2")["error"]["what"]


def test_faults_and_the_clock_by_form(served: Console, kept: Kept) -> None:
    served.change("/faults", kind="deny", service="codecommit", operation="ListRepositories")
    (planned,) = served.facts("/faults")["planned"]
    assert (planned["kind"], planned["service"]) == ("deny", "codecommit")
    served.change("/faults/forget", id=planned["id"])
    assert served.facts("/faults")["planned"] == []
    before = served.facts(PIPELINE)["history"][0]["started_at"]
    served.change("/faults/clock", by="1 hour")
    assert kept.rehearse("clock", "show", "--json").document["now"] > before


def test_costs_name_what_is_there_and_removing_asks_first(served: Console) -> None:
    (workshop,) = served.facts("/costs")["workshops"]
    assert {"endpoint", "bucket", "pipeline stack"} <= {each["kind"] for each in workshop["things"]}
    status, page, _ = served.ask("/costs/remove", {"form-token": served.form_token, "suffix": "sde"})
    assert (status, "remove the workshop sde entirely" in page) == (200, True)


def test_the_card_of_a_run_needs_nothing_else_and_has_no_credential(
    served: Console, kept: Kept, tmp_path: Path
) -> None:
    run = served.facts(PIPELINE)["history"][-1]["execution_id"]
    texts = []
    for form in ("html", "md", "json"):
        file = tmp_path / f"card.{form}"
        written = kept.rehearse("report", run, "-o", str(file))
        assert written.exit_code == 0, written.err
        texts.append(file.read_text())
    for text in texts:
        for word in (run, "winequality-sde-Test", "max_depth", "rmse", "TrainingConfig"):
            assert word in text
        assert kept.variables["AWS_SECRET_ACCESS_KEY"] not in text
        assert not re.findall(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}", text)
    assert not re.findall(r"<script|src=|href=|url\(|@import", texts[0])
    assert texts[0].count("<svg") >= 3
    differences = tmp_path / "difference.html"
    newest = served.facts(PIPELINE)["history"][0]["execution_id"]
    assert kept.rehearse("diff", run, newest, "--html", str(differences)).exit_code == 0
    assert not re.findall(r"<script|src=|href=|url\(|@import", differences.read_text())
    assert newest in differences.read_text()
    assert kept.rehearse("report", run, "-o", str(tmp_path / "card.pdf")).exit_code == 2


def test_a_page_that_is_not_there_says_what_to_do(served: Console) -> None:
    for path in (
        "/nowhere",
        "/pipelines/none",
        "/stacks/none",
        f"{PIPELINE}/executions/{'0' * 8}-0000-4000-8000-{'0' * 12}",
    ):
        status, page, _ = served.ask(path)
        assert status in (404, 400), path
        assert "What to do" in page, path


def test_reading_only_hides_the_buttons_and_refuses_the_forms(kept: Kept) -> None:
    with console(kept.variables, "--read-only") as reading:
        page = reading.page(PIPELINE)
        assert "reads only" in page
        assert 'method="post"' not in page
        assert reading.ask(f"{PIPELINE}/release", {"form-token": "any"})[0] == 400


def test_a_taken_port_and_missing_credentials_are_said_before_it_serves(served: Console, kept: Kept) -> None:
    port = str(urlsplit(served.url).port)
    taken = rehearse("console", "--port", port, env=kept.variables)
    assert (taken.exit_code, "is taken" in taken.err) == (2, True)
    strangers: dict[str, Any] = {**kept.variables, "AWS_SECRET_ACCESS_KEY": "wrong"}
    unknown = rehearse("console", "--port", "0", env=strangers)
    assert (unknown.exit_code, "credentials" in unknown.err) == (1, True)
