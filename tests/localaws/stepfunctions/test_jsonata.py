"""States that are written in JSONata."""

import json
from typing import Any

import pytest

from rehearsal.localaws.stepfunctions import jsonata

_JSONATA: dict[str, Any] = {"QueryLanguage": "JSONata"}


def test_expressions_see_input_results_and_variables(run_states: Any) -> None:
    first = {
        "Type": "Pass",
        "Assign": {"text": "{% $states.input.text %}", "rows": "{% $count($states.input.rows) %}"},
        "Next": "Second",
    }
    second = {
        "Type": "Pass",
        "Output": {"text": "{% $text & '!' %}", "rows": "{% $rows + 1 %}", "name": "{% $states.context.State.Name %}"},
        "End": True,
    }
    given = {"text": 'it says "no" \\ and $rows', "rows": [1, 2]}
    done = run_states({"First": first, "Second": second}, given=given, **_JSONATA)
    assert done["status"] == "SUCCEEDED", done
    assert json.loads(done["output"]) == {"text": given["text"] + "!", "rows": 3, "name": "Second"}  # type: ignore[operator]


def test_arguments_and_conditions(run_states: Any, deploy: Any) -> None:
    name = deploy("def handler(event, context):\n    return {'rmse': event['n'] / 10}\n")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": name, "Payload": {"n": "{% $states.input.n %}"}},
        "Output": "{% $states.result.Payload %}",
        "Next": "Gate",
    }
    gate = {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.input.rmse < 0.6 %}", "Next": "Good"}],
        "Default": "Bad",
    }
    ends = {"Good": {"Type": "Succeed"}, "Bad": {"Type": "Fail"}}
    for n, status in ((5, "SUCCEEDED"), (7, "FAILED")):
        done = run_states({"Do": task, "Gate": gate, **ends}, "lambda:InvokeFunction", given={"n": n}, **_JSONATA)
        assert done["status"] == status, done


def test_what_has_no_value_fails_the_state(run_states: Any) -> None:
    state = {"Type": "Pass", "Output": "{% $states.input.nothing %}", "End": True}
    done = run_states({"Do": state}, **_JSONATA)
    assert (done["status"], done["error"]) == ("FAILED", "States.QueryEvaluationError")
    assert "returned nothing (undefined)" in done["cause"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("$partition([1, 2, 3], 2)", [[1, 2], [3]]),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$parse('{\"a\": null}')", {"a": None}),
        ("$hash('a', 'SHA-256')", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
        ("$x.y", None),
        ("$random(1) = $random(1)", True),
        ("$length($uuid())", 36),
        ("10 / 4", 2.5),
    ],
)
def test_functions_of_step_functions(expression: str, value: Any) -> None:
    assert jsonata.evaluate(expression, {"x": {"y": None}}) == value


@pytest.mark.parametrize(
    "expression", ["$nothing", "$eval('1')", "(", "1 + 'a'", "function($x){$x}", "($f := function($x){$f($x)}; $f(1))"]
)
def test_expressions_that_fail(expression: str) -> None:
    with pytest.raises(jsonata.QueryFailed):
        jsonata.evaluate(expression, {})
