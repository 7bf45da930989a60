"""GetStatus beyond the statuses: progress in rounds, explicit names, foreign tokens."""

from typing import Any

import pytest

from get_status import look
from pipeline_job import rounds
from tests.lambdas.aws_fakes import Checked, error
from tests.lambdas.conftest import Workbench
from tests.lambdas.test_workshop import ENDPOINT, JOB, deployed, trained


class Logs:
    """One job's log."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def describe_log_streams(self, **_request: Any) -> dict[str, Any]:
        return {"logStreams": [{"logStreamName": f"{JOB}/algo-1-1"}]}

    def get_log_events(self, **_request: Any) -> dict[str, Any]:
        return {"events": [{"message": line} for line in self.lines]}


def training(bench: Workbench, logs: Any) -> dict[str, Any]:
    job = trained(bench)
    bench.sagemaker.jobs[JOB]["SecondaryStatus"] = "Training"
    bench.others["logs"] = logs
    return bench.call("GetStatus", look, "", {"TrainingJob": job})


def test_the_summary_tells_the_round(bench: Workbench) -> None:
    lines = ["[0]#011train-rmse:2.1#011validation-rmse:2.2", "[9]#011train-rmse:0.6#011validation-rmse:0.61", "saving"]
    answer = training(bench, Checked("logs", Logs(lines)))
    assert answer["executionDetails"]["summary"] == "round 10 of 20, validation:rmse 0.61"
    assert answer["executionDetails"]["percentComplete"] == 60


def test_without_a_log_the_status_is_told(bench: Workbench) -> None:
    class Denied:
        def describe_log_streams(self, **_request: Any) -> None:
            raise error("AccessDeniedException", "no", "DescribeLogStreams")

    answer = training(bench, Denied())
    assert answer["executionDetails"]["summary"] == f"Training: {JOB}"


@pytest.mark.parametrize("lines", [[], ["no round here"], ["[3] but no metric"]])
def test_lines_without_rounds_tell_nothing(lines: list[str]) -> None:
    assert rounds.of_lines(lines) is None


def test_names_may_be_given_in_place_of_an_artifact(bench: Workbench) -> None:
    deployed(bench)
    assert bench.call("GetStatus", look, {"endpoint-name": ENDPOINT})["outputVariables"]["EndpointName"] == ENDPOINT
    assert bench.call("GetStatus", look, {"training-job-name": JOB})["outputVariables"]["TrainingJobName"] == JOB


def test_nothing_to_watch_is_a_configuration_error(bench: Workbench) -> None:
    answer = bench.call("GetStatus", look, "")
    assert answer["failureDetails"]["type"] == "ConfigurationError"
    assert "nothing to watch" in answer["failureDetails"]["message"]


def test_a_deleted_endpoint_is_called_gone(bench: Workbench) -> None:
    endpoint = deployed(bench)
    del bench.sagemaker.endpoints[ENDPOINT]
    answer = bench.call("GetStatus", look, "", {"DevEndpoint": endpoint})
    assert f"{ENDPOINT} is gone" in answer["failureDetails"]["message"]


@pytest.mark.parametrize(
    ("secondary", "reason"),
    [
        ("MaxRuntimeExceeded", "max-runtime-seconds"),
        ("MaxWaitTimeExceeded", "spot capacity"),
        ("Interrupted", "taken away"),
    ],
)
def test_a_stopped_job_says_why(bench: Workbench, secondary: str, reason: str) -> None:
    job = trained(bench)
    bench.sagemaker.jobs[JOB] |= {"TrainingJobStatus": "Stopped", "SecondaryStatus": secondary}
    answer = bench.call("GetStatus", look, "", {"TrainingJob": job})
    assert reason in answer["failureDetails"]["message"]
