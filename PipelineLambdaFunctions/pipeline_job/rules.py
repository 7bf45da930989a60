"""What a schema cannot say: keys that exclude, need or bound each other. Pure; each rule gives the reason.

Facts: CreateTrainingJob, CreateEndpointConfig and DeploymentConfig in the SageMaker API reference; the container's own
checks of hyperparameters (github.com/aws/sagemaker-xgboost-container).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline_job import images, variables
from pipeline_job.problem import Problem

Values = Mapping[str, Any]
LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS = 3600
"""https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html"""


def check(function: str, values: Values) -> Iterator[Problem]:
    """The problems of values that fit the schema; defaults need not be filled in."""
    rules = {"TrainModel": _train_model, "DeployModel": _deploy_model, "EvaluateModel": _evaluate_model}
    if function in rules:
        yield from rules[function](values)


def _train_model(values: Values) -> Iterator[Problem]:
    yield from _both_or_none(values, "subnets", "security-group-ids")
    if "container-path" in values and "xgboost-version" in values:
        yield Problem(
            "'container-path' and 'xgboost-version' both choose the image: leave one out", ("xgboost-version",)
        )
    yield from _no_managed_key(values, "volume-kms-key")
    yield from _spot(values)
    yield from _hyperparameters(values)


def _no_managed_key(values: Values, key: str) -> Iterator[Problem]:
    """An alias tells who manages the key; of a key's ARN only KMS knows it, and refuses it then."""
    if "alias/aws/" in str(values.get(key, "")):
        reason = "a key that AWS manages for one service cannot encrypt the volumes of instances"
        yield Problem(f"{key!r}: {reason}", (key,), hint="give a customer managed key, or leave it out")


def _spot(values: Values) -> Iterator[Problem]:
    yield from _spot_without_checkpoints(values)
    longest_wait = values.get("max-wait-seconds")
    if longest_wait is None:
        return
    if not values.get("spot", False):
        yield Problem(
            "'max-wait-seconds' is for spot training: set 'spot' to true, or leave it out", ("max-wait-seconds",)
        )
    if longest_wait < values.get("max-runtime-seconds", 3600):
        yield Problem(
            "'max-wait-seconds' counts the run too: it must be at least 'max-runtime-seconds' (3600 unless given)",
            ("max-wait-seconds",),
        )


def _spot_without_checkpoints(values: Values) -> Iterator[Problem]:
    if not values.get("spot", False) or not images.is_first_release(str(values.get("container-path", ""))):
        return
    for key in ("max-runtime-seconds", "max-wait-seconds"):
        if values.get(key, 0) > LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS:
            yield Problem(
                f"{key!r} {values[key]}: {values['container-path']} writes no checkpoints, and SageMaker lets such a "
                f"job run and wait for spot capacity {LONGEST_WAIT_WITHOUT_CHECKPOINTS_SECONDS} seconds at most",
                (key,),
                hint="choose 'xgboost-version' 3.2-0, which writes checkpoints, or a shorter time",
            )


def _hyperparameters(values: Values) -> Iterator[Problem]:
    objective = str(values.get("hp-objective", "reg:squarederror"))
    metrics = str(values.get("hp-eval-metric", "")).split(",")
    tree_method = values.get("hp-tree-method")
    if objective.startswith("multi:") and "hp-num-class" not in values:
        yield Problem(f"'hp-objective' {objective} needs 'hp-num-class'", ("hp-objective",))
    if "auc" in metrics and not objective.startswith(("binary:", "rank:", "multi:")):
        yield Problem(f"'hp-eval-metric' auc does not go with 'hp-objective' {objective}", ("hp-eval-metric",))
    if "aft-nloglik" in metrics and objective != "survival:aft":
        yield Problem("'hp-eval-metric' aft-nloglik needs 'hp-objective' survival:aft", ("hp-eval-metric",))
    if "hp-monotone-constraints" in values and tree_method not in (None, "exact", "hist"):
        yield Problem("'hp-monotone-constraints' needs 'hp-tree-method' exact or hist", ("hp-monotone-constraints",))
    if "hp-early-stopping-rounds" in values and values.get("validation-key") == "":
        yield Problem(
            "'hp-early-stopping-rounds' needs a validation channel: 'validation-key' is empty",
            ("hp-early-stopping-rounds",),
        )
    if "hp-early-stopping-rounds" in values and "hp-eval-metric" not in values:
        yield Problem(
            "'hp-early-stopping-rounds' needs 'hp-eval-metric': its last metric decides", ("hp-early-stopping-rounds",)
        )


def _deploy_model(values: Values) -> Iterator[Problem]:
    yield from _both_or_none(values, "subnets", "security-group-ids")
    yield from _both_or_none(values, "min-instances", "max-instances")
    yield from _no_managed_key(values, "kms-key")
    if "serverless-memory-mb" in values:
        yield from _serverless(values)
    elif "serverless-max-concurrency" in values:
        yield Problem("'serverless-max-concurrency' needs 'serverless-memory-mb'", ("serverless-max-concurrency",))
    yield from _autoscaling(values)
    yield from _traffic_shift(values)


def _serverless(values: Values) -> Iterator[Problem]:
    refused = {
        "instance-type": "a serverless endpoint has no instances",
        "instance-count": "a serverless endpoint has no instances",
        "min-instances": "a serverless endpoint scales by itself",
        "max-instances": "a serverless endpoint scales by itself",
        "kms-key": "a serverless endpoint has no volume to encrypt",
        "subnets": "SageMaker does not put serverless endpoints into a VPC",
        "network-isolation": "SageMaker does not isolate the network of serverless endpoints",
    }
    for key, reason in refused.items():
        if values.get(key):
            yield Problem(f"{key!r} does not go with 'serverless-memory-mb': {reason}", (key,))
    if values.get("capture-percent"):
        yield Problem("'capture-percent': SageMaker captures no data of serverless endpoints", ("capture-percent",))
    if values.get("deployment", "ALL_AT_ONCE") != "ALL_AT_ONCE":
        yield Problem("'deployment': a serverless endpoint is updated all at once", ("deployment",))


def _autoscaling(values: Values) -> Iterator[Problem]:
    low, high = values.get("min-instances"), values.get("max-instances")
    if low is None or high is None:
        return
    if low > high:
        yield Problem(f"'min-instances' {low} is more than 'max-instances' {high}", ("min-instances",))
    elif not low <= values.get("instance-count", low) <= high:
        yield Problem("'instance-count' is not between 'min-instances' and 'max-instances'", ("instance-count",))
    if str(values.get("instance-type", "")).startswith("ml.t2."):
        yield Problem("'min-instances': SageMaker does not scale ml.t2 instances automatically", ("min-instances",))


def _traffic_shift(values: Values) -> Iterator[Problem]:
    deployment, step = values.get("deployment", "ALL_AT_ONCE"), values.get("step-percent")
    if deployment == "ALL_AT_ONCE":
        if step is not None:
            yield Problem("'step-percent' is for 'deployment' CANARY or LINEAR", ("step-percent",))
        return
    if step is None:
        yield Problem(f"'deployment' {deployment} needs 'step-percent'", ("deployment",))
    elif deployment == "LINEAR" and step < 10:
        yield Problem(f"'step-percent' {step}: a linear step is 10 to 50 % of the instances", ("step-percent",))
    if "alarms" not in values:
        hint = "name at least one alarm in 'alarms', or choose ALL_AT_ONCE"
        yield Problem(
            f"'deployment' {deployment} without 'alarms' would never notice a bad model", ("deployment",), hint=hint
        )
    if values.get("instance-count", values.get("min-instances", 1)) < 2:
        reason = "a part of the traffic needs a part of the instances, which are at least two"
        yield Problem(f"'deployment' {deployment} needs 'instance-count' 2 or more: {reason}", ("deployment",))


def _evaluate_model(values: Values) -> Iterator[Problem]:
    for index, threshold in enumerate(values.get("thresholds", ())):
        if not {"min", "max", "incumbent-within"} & threshold.keys():
            yield Problem(
                f"threshold of {threshold['metric']!r} has no 'max', 'min' or 'incumbent-within'",
                ("thresholds", str(index)),
            )
    for index, part in enumerate(values.get("slices", ())):
        if not {"min", "below", "equals"} & part.keys():
            yield Problem(f"slice {part['name']!r} has no 'min', 'below' or 'equals'", ("slices", str(index)))
    yield from _slices_by_variable(values.get("slices", ()))


def _slices_by_variable(slices: Iterable[Values]) -> Iterator[Problem]:
    """Output variables take fewer characters than slices: two slices may not become one variable."""
    taken: dict[str, str] = {}
    for index, part in enumerate(slices):
        name, variable = part["name"], variables.key(part["name"])
        if variable in taken:
            problem = f"slices {taken[variable]!r} and {name!r} would both give the output variables {variable}-..."
            yield Problem(problem, ("slices", str(index)), hint="rename one of them")
        taken[variable] = name


def _both_or_none(values: Values, one: str, other: str) -> Iterator[Problem]:
    if (one in values) != (other in values):
        given, missing = (one, other) if one in values else (other, one)
        yield Problem(f"{given!r} needs {missing!r} too", (given,))
