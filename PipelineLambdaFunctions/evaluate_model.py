"""EvaluateModel: score a file on an environment's endpoint, report, and hold the gate.

Goes on in another call where time is nearly over. A missed gate fails the action only after the environment is back on
what served before, or, when nothing did, its endpoint is gone.
"""

import json
import logging
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from botocore.exceptions import ClientError

from pipeline_job import endpoints, replacement, variables
from pipeline_job.action import Action, run
from pipeline_job.clients import Clients
from pipeline_job.evaluation import cloudwatch, gate, measurement, progress, rows, scoring, subject
from pipeline_job.evaluation.gate import Verdict
from pipeline_job.evaluation.measurement import Measurement
from pipeline_job.evaluation.rows import Layout, Source
from pipeline_job.evaluation.subject import Subject
from pipeline_job.failure import ActionFailed, translate
from pipeline_job.reporting import InProgress, Outcome, Succeeded

CLIENTS = Clients()
ROLL_BACK_AT_MOST_SECONDS = 3600

log = logging.getLogger("pipeline_job")


def lambda_handler(event: Mapping[str, Any], context: Any) -> None:
    """The Lambda function's entry."""
    run("EvaluateModel", evaluate, event, context, CLIENTS)


def evaluate(action: Action) -> Outcome:
    """Score, or go on scoring, or wait for the way back after a missed gate."""
    tested = subject.find(action)
    values = action.parameters(tested.model_name)
    token = action.job.continuation_token
    state = progress.from_token(token, action.clients("s3")) if token else _begin(action, tested, values)
    if "missed" in state:
        return _wait_for_way_back(action, tested, state)
    measured = Measurement.restored(state["measurement"], values)
    state = _score(action, tested, values, state, measured)
    if not state["is_done"]:
        name = f"{tested.endpoint}/{action.job.id}"
        token = progress.to_token(state, action.clients("s3"), tested.place, name)
        percent = Source(**state["source"]).percent(state["position"])
        return InProgress(token, f"{measured.rows:,} rows evaluated: {tested.endpoint}", tested.endpoint, percent)
    return _conclude(action, tested, values, state, measured)


def _begin(action: Action, tested: Subject, values: Mapping[str, Any]) -> dict[str, Any]:
    _check_that_it_serves(action, tested)
    s3 = action.clients("s3")
    source = rows.find(s3, values["s3bucket"], values["s3key"].lstrip("/"))
    kind = measurement.problem_type(values["problem-type"], tested.objective)
    return {
        "source": asdict(source),
        "has_header": _has_header(s3, source, values),
        "position": 0,
        "row": 0,
        "measurement": Measurement.begin(kind, {**values, "objective": tested.objective}).state(),
        "is_done": False,
    }


def _check_that_it_serves(action: Action, tested: Subject) -> None:
    """Refuse to score another model: after a missed gate the endpoint is back on its incumbent, and this action may be
    retried alone."""
    if not tested.config:
        return
    described = endpoints.describe(action.clients("sagemaker"), tested.endpoint)
    serves = described["EndpointConfigName"] if described is not None else "nothing: it does not exist"
    if serves != tested.config:
        raise ActionFailed(
            f"{tested.endpoint} serves {serves}, not {tested.config}: retry all actions of the stage, so that it is "
            "deployed again",
            external_id=tested.endpoint,
        )


def _has_header(s3: Any, source: Source, values: Mapping[str, Any]) -> bool:
    if values["header"] != "auto":
        return bool(values["header"] == "present")
    line = rows.first_line(rows.open_at(s3, source, 0))
    return rows.looks_like_header(line, values["label-column"])


def _score(
    action: Action, tested: Subject, values: Mapping[str, Any], state: Mapping[str, Any], measured: Measurement
) -> dict[str, Any]:
    """Score until the end or until time is nearly over; the state after it."""
    source = Source(**state["source"])
    layout = Layout(
        state["has_header"], values["label-column"], measurement.columns(measured.slices), values.get("max-rows")
    )
    stream = rows.open_at(action.clients("s3"), source, state["position"])
    runtime = action.clients("sagemaker-runtime", connections=values["connections"])
    endpoint = scoring.Endpoint(tested.endpoint, runtime, action.sleep)
    reached = state["position"]

    def account(batch: rows.Batch, answers: scoring.Rows) -> None:
        nonlocal reached
        measured.account(batch, answers)
        reached = batch.end

    is_done = scoring.score(
        rows.batches(stream, layout, position=state["position"], row=state["row"], batch_bytes=values["batch-bytes"]),
        endpoint.predict,
        account,
        connections=values["connections"],
        may_go_on=action.has_time,
    )
    return {**state, "position": reached, "row": measured.rows, "measurement": measured.state(), "is_done": is_done}


def _conclude(
    action: Action, tested: Subject, values: Mapping[str, Any], state: Mapping[str, Any], measured: Measurement
) -> Outcome:
    source = Source(**state["source"])
    if not measured.rows:
        raise ActionFailed(f"{source.uri} holds no rows")
    s3, found = action.clients("s3"), measured.metrics()
    verdicts = gate.judge(values.get("thresholds", ()), found, subject.incumbent_metrics(tested, s3, source.key))
    report = _report(action, tested, values, source, measured, found, verdicts)
    action.artifacts.write({"evaluation.json": report})
    if tested.place is not None and tested.config:
        key = subject.record_key(tested, tested.config, source.key)
        s3.put_object(
            Bucket=tested.place.bucket, Key=key, Body=json.dumps(report).encode(), ContentType="application/json"
        )
    dimensions = {"EndpointName": tested.endpoint, "Data": source.key}
    print(cloudwatch.metrics_line(dimensions, {"rows": measured.rows, **found}, action.now()))
    missed = [verdict for verdict in verdicts if not verdict.is_held]
    if missed:
        return _go_back(action, tested, values, missed)
    return Succeeded(_summary(measured.rows, found, verdicts), tested.endpoint, _variables(tested, measured, found))


def _report(
    action: Action,
    tested: Subject,
    values: Mapping[str, Any],
    source: Source,
    measured: Measurement,
    found: Mapping[str, float],
    verdicts: list[Verdict],
) -> dict[str, Any]:
    return {
        **measured.report(),
        "metrics": dict(found),
        "endpointName": tested.endpoint,
        "endpointConfigName": tested.config,
        "incumbentEndpointConfigName": tested.incumbent,
        "environment": values["env"],
        "trainingJobName": tested.training_job.get("trainingJobName", ""),
        "pipelineExecutionId": action.given_execution_id or tested.training_job.get("pipelineExecutionId", ""),
        "data": asdict(source),
        "gate": [{**asdict(verdict), "text": str(verdict)} for verdict in verdicts],
        "predictions": [{"label": label, "prediction": answer} for label, answer in measured.sample.pairs],
    }


def _summary(count: int, found: Mapping[str, float], verdicts: list[Verdict]) -> str:
    shown = ", ".join(f"{name} {value:.4g}" for name, value in list(found.items())[:4])
    return f"{count:,} rows: {shown}" + "".join(f"; {verdict}" for verdict in verdicts)


def _variables(tested: Subject, measured: Measurement, found: Mapping[str, float]) -> dict[str, str]:
    named = {variables.key(name): repr(value) for name, value in found.items() if not math.isnan(value)}
    return {"Rows": str(measured.rows), "EndpointName": tested.endpoint, **named}


def _go_back(action: Action, tested: Subject, values: Mapping[str, Any], missed: list[Verdict]) -> Outcome:
    """Start the way back after a missed gate."""
    reason = "the gate is missed: " + "; ".join(map(str, missed))
    if not values["rollback"]:
        raise ActionFailed(
            f"{reason}. {tested.endpoint} still serves this model, for 'rollback' is false", external_id=tested.endpoint
        )
    if not tested.incumbent:
        log.warning("%s; %s is removed, for nothing served before", reason, tested.endpoint)
        action.clients("sagemaker").delete_endpoint(EndpointName=tested.endpoint)
    state = {"missed": reason[:1500], "deadline": action.now() + ROLL_BACK_AT_MOST_SECONDS}
    return _wait_for_way_back(action, tested, state)


def _wait_for_way_back(action: Action, tested: Subject, state: Mapping[str, Any]) -> Outcome:
    described = endpoints.describe(action.clients("sagemaker"), tested.endpoint)
    reason, name = state["missed"], tested.endpoint
    if described is None:
        raise ActionFailed(f"{reason}. {name} is removed: nothing served there before", external_id=name)
    status, config = described["EndpointStatus"], described["EndpointConfigName"]
    if tested.incumbent and status == "InService" and config == tested.incumbent:
        raise ActionFailed(f"{reason}. {name} is back on {tested.incumbent}{_scale(action, tested)}", external_id=name)
    if tested.incumbent and status == "InService" and "is_started" not in state:
        _start_back(action, tested, reason)
        state, status = {**state, "is_started": True}, "Updating"
    elif status in ("Failed", "UpdateRollbackFailed", "OutOfService", "InService") or action.now() >= state["deadline"]:
        raise _not_put_back(tested, reason, f"it is {status} with {config}")
    return InProgress(json.dumps(dict(state)), f"{name} goes back: {status}", name, 90)


def _start_back(action: Action, tested: Subject, reason: str) -> None:
    """Start the update to the incumbent."""
    log.warning("%s; %s goes back to %s", reason, tested.endpoint, tested.incumbent)
    try:
        wanted = replacement.between(action.clients("sagemaker"), tested.config, tested.incumbent)
        if wanted.refusal:
            raise _not_put_back(tested, reason, f"{wanted.refusal}; delete it and release a model that is good")
        replacement.start(action.clients, tested.endpoint, wanted)
    except ClientError as error:
        raise _not_put_back(tested, reason, str(translate(error))) from error


def _not_put_back(tested: Subject, reason: str, why: str) -> ActionFailed:
    return ActionFailed(
        f"{reason}. AND {tested.endpoint} COULD NOT BE PUT BACK: {why}; look at it now", external_id=tested.endpoint
    )


def _scale(action: Action, tested: Subject) -> str:
    """Scale as the incumbent was scaled; what could not be done, for the report of the missed gate."""
    try:
        wanted = replacement.between(action.clients("sagemaker"), tested.config, tested.incumbent)
        replacement.scale_as(action.clients, tested.endpoint, wanted)
    except ClientError as error:
        return f", but does not scale: {translate(error)}"
    return ""
