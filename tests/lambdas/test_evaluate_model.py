"""EvaluateModel over many calls, file formats, faults and gates."""

import gzip
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluate_model import evaluate
from tests.lambdas.aws_fakes import error, predict
from tests.lambdas.conftest import Workbench
from tests.lambdas.test_workshop import DATA, ENDPOINT, deployed

KEY = "test/test.csv"


def rows(count: int, seed: int = 1) -> list[str]:
    draw = random.Random(seed)
    return [",".join(f"{draw.uniform(-9, 9):.3f}" for _ in range(4)) for _ in range(count)]


def parameters(**given: Any) -> dict[str, Any]:
    return {"env": "Dev", "s3bucket": DATA, "s3key": f"/{KEY}", **given}


def put(
    bench: Workbench, lines: list[str], end: str = "\n", last: str = "\n", compress: Callable[[bytes], bytes] = bytes
) -> str:
    """Deploy, and put the test file; the endpoint's artifact."""
    endpoint = deployed(bench)
    bench.s3.put_object(DATA, KEY, compress((end.join(lines) + last).encode()))
    return endpoint


def evaluated(bench: Workbench, endpoint: str, given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Call until it is done; the last answer and how many calls it took."""
    token, calls = None, 0
    while True:
        answer = bench.call("EvaluateModel", evaluate, given, {"DevEndpoint": endpoint}, "Report", token=token)
        calls += 1
        assert calls < 500, "it makes no progress"
        token = answer.get("continuationToken")
        if token is None:
            return answer, calls


def expected(lines: list[str]) -> float:
    errors = [float(line.split(",")[0]) - predict(line.partition(",")[2].encode()) for line in lines]
    return (sum(each * each for each in errors) / len(errors)) ** 0.5


def in_short_calls(bench: Workbench, batches: int) -> None:
    """Each call has time for about so many batches."""
    sent = 0

    def seconds_left() -> float:
        return 60.0 if len(bench.runtime.bodies) - sent < batches else 0.5

    def begin(_parameters: Any = None) -> None:
        nonlocal sent
        sent = len(bench.runtime.bodies)

    original = bench.call

    def call(*args: Any, **kwargs: Any) -> dict[str, Any]:
        begin()
        return original(*args, **kwargs)

    bench.call = call  # type: ignore[method-assign]
    bench.seconds_left = seconds_left


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_long_file_is_evaluated_in_many_short_calls(bench: Workbench, compress: Callable[[bytes], bytes]) -> None:
    lines = rows(3_000)
    endpoint = put(bench, lines, compress=compress)
    in_short_calls(bench, batches=4)
    answer, calls = evaluated(bench, endpoint, parameters(**{"batch-bytes": 2048, "connections": 3}))
    assert calls > 5
    assert answer["outputVariables"]["Rows"] == "3000"
    assert float(answer["outputVariables"]["rmse"]) == pytest.approx(expected(lines), rel=1e-12)
    sent = b"\n".join(bench.runtime.bodies).split(b"\n")
    assert sent == [line.partition(",")[2].encode() for line in lines] or sorted(sent) == sorted(
        line.partition(",")[2].encode() for line in lines
    )


def test_state_too_long_for_the_token_lies_in_s3(bench: Workbench) -> None:
    endpoint = put(bench, rows(2_000))
    in_short_calls(bench, batches=10)
    first = bench.call("EvaluateModel", evaluate, parameters(**{"batch-bytes": 4096}), {"DevEndpoint": endpoint})
    assert 0 < first["executionDetails"]["percentComplete"] < 100
    token = json.loads(first["continuationToken"])
    assert token["key"].startswith(f"evaluations/state/{ENDPOINT}/")
    small = parameters(**{"batch-bytes": 4096, "predictions": 0})
    assert "measurement" in bench.call("EvaluateModel", evaluate, small, {"DevEndpoint": endpoint})["continuationToken"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    count=st.integers(1, 120),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.sampled_from(["", "\n", "\n\n"]),
    header=st.booleans(),
    compress=st.sampled_from([bytes, gzip.compress]),
    batch_bytes=st.integers(1024, 3000),
    batches=st.integers(1, 4),
)
def test_no_row_is_lost_or_scored_twice(
    count: int, end: str, last: str, header: bool, compress: Callable[[bytes], bytes], batch_bytes: int, batches: int
) -> None:
    bench = Workbench()
    lines = rows(count, seed=count)
    endpoint = put(bench, (["quality,a,b,c"] if header else []) + lines, end, last, compress)
    in_short_calls(bench, batches)
    answer, _ = evaluated(bench, endpoint, parameters(**{"batch-bytes": batch_bytes, "connections": 2}))
    assert answer["outputVariables"]["Rows"] == str(count)
    assert float(answer["outputVariables"]["rmse"]) == pytest.approx(expected(lines), rel=1e-9)
    assert sorted(line for body in bench.runtime.bodies for line in body.split(b"\n")) == sorted(
        line.partition(",")[2].encode() for line in lines
    )


def test_a_gzip_file_of_several_members_is_one_file(bench: Workbench) -> None:
    lines = rows(50)
    endpoint = deployed(bench)
    parts = ["\n".join(lines[:20]) + "\n", "\n".join(lines[20:])]
    bench.s3.put_object(DATA, KEY, b"".join(gzip.compress(part.encode()) for part in parts))
    answer, _ = evaluated(bench, endpoint, parameters())
    assert answer["outputVariables"]["Rows"] == "50"


def test_the_file_of_the_first_call_is_meant_throughout(bench: Workbench) -> None:
    endpoint = put(bench, rows(500))
    in_short_calls(bench, batches=1)
    first = bench.call("EvaluateModel", evaluate, parameters(**{"batch-bytes": 1024}), {"DevEndpoint": endpoint})
    bench.s3.put_object(DATA, KEY, b"1,2,3,4\n")
    answer = bench.call(
        "EvaluateModel", evaluate, parameters(), {"DevEndpoint": endpoint}, token=first["continuationToken"]
    )
    assert "was replaced while it was being evaluated" in answer["failureDetails"]["message"]


def test_transient_faults_lose_no_row(bench: Workbench) -> None:
    lines = rows(600)
    endpoint = put(bench, lines)
    draw, seen = random.Random(3), []

    def trouble(_call: int, body: bytes) -> None:
        seen.append(body)
        dice = draw.random()
        if dice < 0.2:
            raise error("ModelNotReadyException", "not ready", "InvokeEndpoint", 429)
        if dice < 0.3:
            raise ReadTimeoutError(endpoint_url="http://runtime")
        if dice < 0.4:
            raise error(
                "ModelError", "timeout", "InvokeEndpoint", 424, OriginalStatusCode=500, OriginalMessage="timeout"
            )

    bench.runtime.trouble = trouble
    answer, _ = evaluated(bench, endpoint, parameters(**{"batch-bytes": 2048, "connections": 1}))
    assert answer["outputVariables"]["Rows"] == "600"
    assert float(answer["outputVariables"]["rmse"]) == pytest.approx(expected(lines), rel=1e-12)
    assert len(seen) > len(bench.runtime.bodies)


def test_too_large_a_batch_is_halved(bench: Workbench) -> None:
    lines = rows(400)
    endpoint = put(bench, lines)

    def limit(_call: int, body: bytes) -> None:
        if len(body) > 2_000:
            raise error(
                "ModelError", "too large", "InvokeEndpoint", 424, OriginalStatusCode=413, OriginalMessage="too large"
            )

    bench.runtime.trouble = limit
    answer, _ = evaluated(bench, endpoint, parameters())
    assert answer["outputVariables"]["Rows"] == "400"
    assert max(map(len, bench.runtime.bodies)) <= 2_000


def test_the_row_that_the_endpoint_refuses_is_named(bench: Workbench) -> None:
    lines = rows(300)
    lines[217] = "1,NA,2,3"
    endpoint = put(bench, lines)

    def refuse(_call: int, body: bytes) -> None:
        if b"NA" in body:
            raise error(
                "ModelError",
                "x",
                "InvokeEndpoint",
                424,
                OriginalStatusCode=415,
                OriginalMessage="Loading csv data failed",
            )

    bench.runtime.trouble = refuse
    answer, _ = evaluated(bench, endpoint, parameters())
    assert "refuses row 218: Loading csv data failed" in answer["failureDetails"]["message"]


def test_a_missing_prediction_is_noticed(bench: Workbench) -> None:
    endpoint = put(bench, rows(10))
    answering = bench.runtime.invoke_endpoint

    def lose_one(**request: Any) -> dict[str, Any]:
        return answering(**{**request, "Body": request["Body"].rpartition(b"\n")[0]})

    bench.runtime.invoke_endpoint = lose_one  # type: ignore[method-assign,assignment]
    answer, _ = evaluated(bench, endpoint, parameters())
    assert "answered 9 predictions to 10 rows" in answer["failureDetails"]["message"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\n\n", "holds no rows"),
        (b"1,2\nx,3\n", "row 2: the label 'x' is not a number"),
        (b"1;2;3\n2;3;4\n", "is not a number"),
    ],
)
def test_files_that_cannot_be_evaluated_are_explained(bench: Workbench, content: bytes, message: str) -> None:
    endpoint = deployed(bench)
    bench.s3.put_object(DATA, KEY, content)
    answer, _ = evaluated(bench, endpoint, parameters(header="absent"))
    assert message in answer["failureDetails"]["message"]


def test_a_missing_file_is_called_missing(bench: Workbench) -> None:
    answer, _ = evaluated(bench, deployed(bench), parameters())
    assert f"s3://{DATA}/{KEY} does not exist" in answer["failureDetails"]["message"]


def test_a_truncated_gzip_file_is_refused(bench: Workbench) -> None:
    endpoint = put(bench, rows(500), compress=lambda content: gzip.compress(content)[:-400])
    answer, _ = evaluated(bench, endpoint, parameters())
    assert "ends in the middle" in answer["failureDetails"]["message"]


def test_the_label_may_lie_in_another_column(bench: Workbench) -> None:
    endpoint = put(bench, ["1,2,3.5,0", "2,2,4,0"])
    answer, _ = evaluated(bench, endpoint, parameters(**{"label-column": 2}))
    assert bench.runtime.bodies[-1] == b"1,2,0\n2,2,0"
    assert float(answer["outputVariables"]["max_error"]) == 0.5


def test_slices_have_metrics_and_bounds_of_their_own(bench: Workbench) -> None:
    lines = rows(200)
    endpoint = put(bench, lines)
    slices = [
        {"name": "high", "column": 2, "min": 3},
        {"name": "low", "column": 2, "below": 3},
        {"name": "none", "column": 1, "equals": 77},
    ]
    bound = [{"metric": "high/rmse", "max": 0.001}]
    answer, _ = evaluated(bench, endpoint, parameters(slices=slices))
    high = [line for line in lines if float(line.split(",")[2]) >= 3]
    assert float(answer["outputVariables"]["high-rmse"]) == pytest.approx(expected(high), rel=1e-12)
    report = bench.artifact("Report")["evaluation.json"]
    assert report["slices"]["high"]["rows"] + report["slices"]["low"]["rows"] == 200
    assert report["slices"]["none"]["rows"] == 0
    missed, _ = evaluated(bench, endpoint, parameters(slices=slices, thresholds=bound, rollback=False))
    assert "high/rmse" in missed["failureDetails"]["message"]


def test_only_the_first_rows_when_asked(bench: Workbench) -> None:
    lines = rows(300)
    endpoint = put(bench, lines)
    answer, _ = evaluated(bench, endpoint, parameters(**{"max-rows": 120, "batch-bytes": 1024}))
    assert answer["outputVariables"]["Rows"] == "120"
    assert float(answer["outputVariables"]["rmse"]) == pytest.approx(expected(lines[:120]), rel=1e-12)


def test_the_sample_is_even_and_bounded(bench: Workbench) -> None:
    lines = rows(1_000)
    endpoint = put(bench, lines)
    evaluated(bench, endpoint, parameters(predictions=100, **{"batch-bytes": 1500}))
    sample = bench.artifact("Report")["evaluation.json"]["predictions"]
    assert 50 <= len(sample) <= 100
    labels = [float(line.split(",")[0]) for line in lines]
    step = next(step for step in (8, 16) if labels[::step] == [each["label"] for each in sample])
    assert step in (8, 16)


@pytest.mark.parametrize(("margin", "is_held"), [(0.0, False), (10.0, True)])
def test_no_worse_than_the_incumbent_by_more_than_a_margin(bench: Workbench, margin: float, is_held: bool) -> None:
    from deploy_model import deploy
    from tests.lambdas.test_workshop import trained_again

    endpoint = put(bench, ["3,1,2", "7,3,4"])
    gate = parameters(thresholds=[{"metric": "rmse", "incumbent-within": margin}], rollback=False)
    first, _ = evaluated(bench, endpoint, gate)
    assert "no evaluation of an incumbent is recorded" in first["executionDetails"]["summary"]
    job = trained_again(bench, "8888")
    bench.call("DeployModel", deploy, {"env": "Dev"}, {"TrainingJob": job}, "DevEndpoint")
    bench.sagemaker.settle(ENDPOINT)
    bench.s3.put_object(DATA, KEY, b"3,1,2\n7,3,5\n")
    second, _ = evaluated(bench, endpoint, gate)
    assert ("outputVariables" in second) == is_held
    if not is_held:
        assert "misses the incumbent's 0 by 0" in second["failureDetails"]["message"]


def test_metrics_go_to_cloudwatch_through_the_log(bench: Workbench, capsys: pytest.CaptureFixture[str]) -> None:
    evaluated(bench, put(bench, ["3,1,2", "8,3,4"]), parameters())
    line = json.loads(capsys.readouterr().out)
    directive = line["_aws"]["CloudWatchMetrics"][0]
    assert directive["Dimensions"] == [["EndpointName", "Data"]]
    assert {"Name": "rmse"} in directive["Metrics"]
    assert (line["EndpointName"], line["Data"], line["rows"]) == (ENDPOINT, KEY, 2)
    assert line["_aws"]["Timestamp"] == bench.clock * 1000


def test_nan_holds_no_bound(bench: Workbench) -> None:
    endpoint = put(bench, ["3,1,2", "3,3,4"])
    gate = parameters(thresholds=[{"metric": "r2", "min": 0.1}], rollback=False)
    answer, _ = evaluated(bench, endpoint, gate)
    assert "r2 nan misses at least 0.1" in answer["failureDetails"]["message"]


def test_a_bound_on_a_metric_that_is_not_measured_is_refused(bench: Workbench) -> None:
    endpoint = put(bench, ["3,1,2", "3,3,4"])
    answer, _ = evaluated(bench, endpoint, parameters(thresholds=[{"metric": "auc", "min": 0.1}]))
    assert "there is no such metric here, only mae" in answer["failureDetails"]["message"]


def test_a_model_that_is_no_longer_served_is_not_scored_as_if_it_were(bench: Workbench) -> None:
    endpoint = put(bench, ["3,1,2"])
    bench.sagemaker.endpoints[ENDPOINT]["EndpointConfigName"] = "the-incumbent"
    answer, _ = evaluated(bench, endpoint, parameters())
    assert "serves the-incumbent" in answer["failureDetails"]["message"]
    assert bench.runtime.bodies == []
