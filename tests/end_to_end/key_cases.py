"""Every documented key of UserParameters, in some case that is run, and how it shows that it was done.

A case is one action's UserParameters; many keys go into one case where they do not exclude each other. ``*_SHOWN`` has
a row for each key: from what the services say of the result (``seen``) to whether the value is there. A schema's key
without a case or without a row fails ``test_every_key_has_a_case_and_a_row``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline_job import hyperparameters, schema

Values = dict[str, Any]
Shown = Callable[[Any, Any], bool]
EXECUTION = "#{codepipeline.PipelineExecutionId}"
OLD_IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/xgboost:1"


@dataclass(frozen=True)
class Place:
    """What the keys name: buckets, keys and network of the account, all of which exist."""

    suffix: str
    data: str
    models: str
    key: str
    subnet: str
    group: str
    alarm: str


@dataclass(frozen=True)
class Case:
    """One action. ``fails`` are words of the reason when the algorithm itself cannot do what is asked; ``job`` is what
    is deployed."""

    name: str
    values: Values = field(default_factory=dict)
    fails: str = ""
    job: str = "squares"


def train_cases(place: Place) -> list[Case]:
    """TrainModel: a job for each set of keys that go together."""
    common = {"resourceidentifier": place.suffix, "databucket": place.data, "modelartifactout": place.models}

    def case(name: str, /, fails: Any = "", **keys: Any) -> Case:
        return Case(name, {"model-name": name, **common, "hp-num-round": 2, **keys}, fails)

    weighted = {"train-key": "weighted/train.csv", "validation-key": "", "hp-csv-weights": 1}
    return [
        case(
            "squares",
            **{"traincompute": "ml.m5.xlarge", "volume-gb": 20, "xgboost-version": "3.2-0", "content-type": "text/csv"},
            **{"train-key": "train/train.csv", "validation-key": "validation/validation.csv", "tags": {"team": "keys"}},
            **{"max-runtime-seconds": 600, "spot": True, "max-wait-seconds": 700, "execution-id": EXECUTION},
            **{"output-kms-key": place.key, "volume-kms-key": place.key, "encrypt-traffic": True},
            **{"subnets": [place.subnet], "security-group-ids": [place.group], "hp-objective": "reg:squarederror"},
        ),
        case(
            "trees",
            **{"hp-max-depth": 3, "hp-eta": 0.2, "hp-gamma": 0.1, "hp-min-child-weight": 2, "hp-max-delta-step": 1},
            **{
                "hp-subsample": 0.9,
                "hp-colsample-bytree": 0.9,
                "hp-colsample-bylevel": 0.9,
                "hp-colsample-bynode": 0.9,
            },
            **{"hp-lambda": 2, "hp-alpha": 0.1, "hp-eval-metric": "rmse,mae", "hp-early-stopping-rounds": 5},
            **{"hp-base-score": 0.6, "hp-seed": 7, "hp-nthread": 1, "hp-booster": "gbtree", "hp-tree-method": "hist"},
            **{"hp-grow-policy": "lossguide", "hp-max-leaves": 7, "hp-max-bin": 64, "hp-num-parallel-tree": 1},
            **{"hp-monotone-constraints": "(1,0,0,0,0,0,0,0,0,0,0)"},
            **{"hp-verbosity": 1, "hp-sampling-method": "uniform", "hp-predictor": "cpu_predictor"},
            **{"hp-save-model-on-termination": "true", "hp-tuning-objective-metric": "validation:rmse"},
        ),
        case(
            "shards",
            **{
                "instance-count": 2,
                "s3-data-type": "ManifestFile",
                "distribution": "ShardedByS3Key",
                "hp-dsplit": "row",
            },
            **{"train-key": "shards.manifest", "validation-key": "", "network-isolation": True},
        ),
        case(
            "dart",
            **{"hp-booster": "dart", "hp-sample-type": "weighted", "hp-normalize-type": "forest", "hp-rate-drop": 0.1},
            **{"hp-one-drop": 1, "hp-skip-drop": 0.4},
        ),
        case("linear", **{"hp-booster": "gblinear", "hp-lambda-bias": 0.5, "hp-updater": "coord_descent"}),
        case(
            "tweedie",
            **{"hp-objective": "reg:tweedie", "hp-tweedie-variance-power": 1.4, "hp-learning-rate": 0.2},
            **{"hp-min-split-loss": 0.1, "hp-reg-lambda": 2, "hp-reg-alpha": 0.1},
        ),
        case(
            "survival",
            fails="labels_lower_bound",  # the algorithm hands XGBoost no bounds of the labels
            **{"hp-objective": "survival:aft", "hp-aft-loss-distribution": "logistic"},
            **{"hp-aft-loss-distribution-scale": 1.2, "hp-eval-metric": "aft-nloglik"},
        ),
        case("classes", **{"hp-objective": "multi:softprob", "hp-num-class": 10, "hp-scale-pos-weight": 1}, **weighted),
        case("halves", **{"hp-objective": "binary:logistic", "train-key": "halves/train.csv", "validation-key": ""}),
        case("folds", **{"hp-kfold": 2, "hp-num-cv-round": 1}),
        Case(
            "rounds",
            {"model-name": "rounds", **common, "num-round": 3, "container-path": OLD_IMAGE, "hp-silent": 1}
            | {"hp-sketch-eps": 0.05, "hp-objective": "reg:linear"},
        ),
        case("buffer", **{"xgboost-version": "1.7-1", "hp-prob-buffer-row": 2}),
        case("histogram", **{"hp-tree-method": "hist", "hp-deterministic-histogram": "true"}),
        case(  # as in the image, which hands XGBoost numbers where it looks for names
            "groups",
            fails="Constrained features are not a subset",
            **{"hp-tree-method": "hist", "hp-interaction-constraints": "[[1,2],[3,4]]"},
        ),
        case("dask", fails="GPU", **{"hp-use-dask-gpu-training": "true"}),
        case(
            "refresh",
            fails="AlgorithmError",
            **{"hp-process-type": "update", "hp-updater": "refresh", "hp-refresh-leaf": 1},
        ),
    ]


def _hyperparameter(key: str) -> Shown:
    name = schema.load("TrainModel")["properties"][key]["x-hyperparameter"]
    described = schema.load("TrainModel")["properties"][key]

    def is_there(seen: Any, value: Any) -> bool:
        return bool(seen["HyperParameters"][name] == hyperparameters.as_text(schema.read(value, described)))

    return is_there


def _channel(name: str) -> Callable[[Any], Mapping[str, Any]]:
    def of(seen: Any) -> Mapping[str, Any]:
        return next((each for each in seen["InputDataConfig"] if each["ChannelName"] == name), {})

    return of


def _source(seen: Any, name: str = "train") -> Mapping[str, Any]:
    return dict(_channel(name)(seen).get("DataSource", {}).get("S3DataSource", {}))


TRAIN_SHOWN: dict[str, Shown] = {
    "model-name": lambda seen, value: seen["TrainingJobName"].startswith(f"{value}-"),
    "resourceidentifier": lambda seen, value: f"-{value}-" in seen["TrainingJobName"],
    "databucket": lambda seen, value: _source(seen)["S3Uri"].startswith(f"s3://{value}/"),
    "modelartifactout": lambda seen, value: seen["OutputDataConfig"]["S3OutputPath"].startswith(f"s3://{value}/"),
    "traincompute": lambda seen, value: seen["ResourceConfig"]["InstanceType"] == value,
    "instance-count": lambda seen, value: seen["ResourceConfig"]["InstanceCount"] == value,
    "volume-gb": lambda seen, value: seen["ResourceConfig"]["VolumeSizeInGB"] == value,
    "container-path": lambda seen, value: seen["AlgorithmSpecification"]["TrainingImage"] == value,
    "xgboost-version": lambda seen, value: seen["AlgorithmSpecification"]["TrainingImage"].endswith(f":{value}"),
    "train-key": lambda seen, value: _source(seen)["S3Uri"].endswith(f"/{value}"),
    "validation-key": lambda seen, value: _source(seen, "validation").get("S3Uri", "/").endswith(f"/{value}"),
    "s3-data-type": lambda seen, value: _source(seen)["S3DataType"] == value,
    "distribution": lambda seen, value: _source(seen)["S3DataDistributionType"] == value,
    "content-type": lambda seen, value: _channel("train")(seen)["ContentType"] == value,
    "max-runtime-seconds": lambda seen, value: seen["StoppingCondition"]["MaxRuntimeInSeconds"] == value,
    "spot": lambda seen, value: seen["EnableManagedSpotTraining"] is value and seen["checkpoints"],
    "max-wait-seconds": lambda seen, value: seen["StoppingCondition"]["MaxWaitTimeInSeconds"] == value,
    "output-kms-key": lambda seen, value: seen["model"]["SSEKMSKeyId"] == value,
    "volume-kms-key": lambda seen, value: seen["ResourceConfig"]["VolumeKmsKeyId"] == value,
    "subnets": lambda seen, value: seen["VpcConfig"]["Subnets"] == value,
    "security-group-ids": lambda seen, value: seen["VpcConfig"]["SecurityGroupIds"] == value,
    "network-isolation": lambda seen, value: seen["EnableNetworkIsolation"] is value,
    "encrypt-traffic": lambda seen, value: seen["EnableInterContainerTrafficEncryption"] is value,
    "tags": lambda seen, value: value.items() <= seen["tags"].items(),
    "execution-id": lambda seen, _value: seen["TrainingJobName"].endswith(seen["execution"]),
    "num-round": lambda seen, value: seen["HyperParameters"]["num_round"] == str(value),
    **{key: _hyperparameter(key) for key in schema.load("TrainModel")["properties"] if key.startswith("hp-")},
}


def first_deployments(place: Place) -> list[Case]:
    """DeployModel: an endpoint for each set of keys that go together."""
    ours = {"model-name": "squares", "resourceidentifier": place.suffix}
    return [
        Case(
            "Scaled",
            {"env": "Scaled", **ours, "instance-type": "ml.m5.large", "min-instances": 1, "max-instances": 3}
            | {"invocations-per-instance": 500, "ttl-minutes": 30, "tags": {"team": "keys"}, "execution-id": EXECUTION},
        ),
        Case(
            "Serverless",
            {"env": "Serverless", "serverless-memory-mb": 1024, "serverless-max-concurrency": 3},
            job="halves",
        ),
        Case(
            "Private",
            {"env": "Private", "instance-count": 2, "subnets": [place.subnet], "security-group-ids": [place.group]}
            | {"kms-key": place.key, "capture-percent": 100, "network-isolation": True},
        ),
        Case("Ended", {"env": "Ended", "ttl-minutes": 40}),
    ]


def second_deployments(place: Place) -> list[Case]:
    """What an update does: other instances behind autoscaling, and a canary under an alarm."""
    scaled = {"instance-type": "ml.c5.xlarge", "min-instances": 1, "max-instances": 4, "ttl-minutes": 30}
    return [
        Case("Scaled", {"env": "Scaled", **scaled, "keep-versions": 2}),
        Case(
            "Private",
            {"env": "Private", "instance-count": 2, "deployment": "CANARY", "step-percent": 50, "wait-seconds": 1}
            | {"alarms": [place.alarm], "max-deployment-minutes": 10},
        ),
    ]


def _variant(seen: Any) -> Mapping[str, Any]:
    return dict(seen["config"]["ProductionVariants"][0])


def _blue_green(seen: Any) -> Mapping[str, Any]:
    return dict(seen["endpoint"]["LastDeploymentConfig"]["BlueGreenUpdatePolicy"])


DEPLOY_SHOWN: dict[str, Shown] = {
    "env": lambda seen, value: seen["endpoint"]["EndpointName"].endswith(f"-{value}"),
    "model-name": lambda seen, value: seen["endpoint"]["EndpointName"].startswith(f"{value}-"),
    "resourceidentifier": lambda seen, value: f"-{value}-" in seen["endpoint"]["EndpointName"],
    "instance-type": lambda seen, value: _variant(seen)["InstanceType"] == value,
    "instance-count": lambda seen, value: seen["endpoint"]["ProductionVariants"][0]["CurrentInstanceCount"] == value,
    "serverless-memory-mb": lambda seen, value: _variant(seen)["ServerlessConfig"]["MemorySizeInMB"] == value,
    "serverless-max-concurrency": lambda seen, value: _variant(seen)["ServerlessConfig"]["MaxConcurrency"] == value,
    "deployment": lambda seen, value: _blue_green(seen)["TrafficRoutingConfiguration"]["Type"] == value,
    "step-percent": lambda seen, value: (
        _blue_green(seen)["TrafficRoutingConfiguration"]["CanarySize"]["Value"] == value
    ),
    "wait-seconds": lambda seen, value: _blue_green(seen)["TerminationWaitInSeconds"] == value,
    "alarms": lambda seen, value: (
        [each["AlarmName"] for each in seen["endpoint"]["LastDeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]]
        == value
    ),
    "max-deployment-minutes": lambda seen, value: _blue_green(seen)["MaximumExecutionTimeoutInSeconds"] == value * 60,
    "capture-percent": lambda seen, value: seen["endpoint"]["DataCaptureConfig"]["CurrentSamplingPercentage"] == value,
    "min-instances": lambda seen, value: seen["target"]["MinCapacity"] == value,
    "max-instances": lambda seen, value: seen["target"]["MaxCapacity"] == value,
    "invocations-per-instance": lambda seen, value: (
        seen["policy"]["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == value
    ),
    "kms-key": lambda seen, value: seen["config"]["KmsKeyId"] == value,
    "subnets": lambda seen, value: seen["model"]["VpcConfig"]["Subnets"] == value,
    "security-group-ids": lambda seen, value: seen["model"]["VpcConfig"]["SecurityGroupIds"] == value,
    "network-isolation": lambda seen, value: seen["model"]["EnableNetworkIsolation"] is value,
    "keep-versions": lambda seen, value: len(seen["configs"]) <= value,
    "ttl-minutes": lambda seen, _value: "DeadLetterConfig" in seen["schedule"]["Target"],
    "tags": lambda seen, value: value.items() <= seen["tags"].items(),
    "execution-id": lambda seen, _value: seen["config"]["EndpointConfigName"].endswith(seen["execution"]),
}


def evaluations(place: Place) -> list[Case]:
    """EvaluateModel: the artifact's endpoint, and endpoints by name."""
    data = {"env": "Scaled", "s3bucket": place.data}
    return [
        Case(
            "ByArtifact",
            {**data, "s3key": "/validation/validation.csv", "header": "absent", "label-column": 0, "max-rows": 100}
            | {"batch-bytes": 2048, "connections": 2, "predictions": 10, "execution-id": EXECUTION, "rollback": False}
            | {"problem-type": "regression", "thresholds": [{"metric": "rmse", "max": 5}]}
            | {"slices": [{"name": "alcohol_10.5", "column": 11, "min": 10.5}]},
        ),
        Case(
            "ByEndpoint",
            {**data, "env": "Serverless", "s3key": "halves/test.csv", "header": "present", "cutoff": 0.0001}
            | {"endpoint-name": f"halves-{place.suffix}-Serverless", "problem-type": "binary"},
        ),
        Case(
            "ByModel",
            {**data, "s3key": "test/test.csv", "model-name": "squares", "resourceidentifier": place.suffix},
        ),
    ]


EVALUATE_SHOWN: dict[str, Shown] = {
    "env": lambda seen, value: seen["report"]["environment"] == value,
    "s3bucket": lambda seen, value: seen["report"]["data"]["bucket"] == value,
    "s3key": lambda seen, value: seen["report"]["data"]["key"] == value.lstrip("/"),
    "endpoint-name": lambda seen, value: seen["report"]["endpointName"] == value,
    "model-name": lambda seen, value: seen["report"]["endpointName"].startswith(f"{value}-"),
    "resourceidentifier": lambda seen, value: f"-{value}-" in seen["report"]["endpointName"],
    "problem-type": lambda seen, value: ("accuracy" in seen["report"]["metrics"]) == (value == "binary"),
    "cutoff": lambda seen, _value: seen["report"]["metrics"]["recall"] == 1.0,
    "header": lambda seen, _value: int(seen["variables"]["Rows"]) > 0,
    "label-column": lambda seen, _value: seen["report"]["metrics"]["rmse"] < 5,
    "max-rows": lambda seen, value: seen["variables"]["Rows"] == str(value),
    "batch-bytes": lambda seen, _value: seen["variables"]["Rows"] == "100",
    "connections": lambda seen, _value: seen["variables"]["Rows"] == "100",
    "thresholds": lambda seen, value: [each["metric"] for each in seen["report"]["gate"]] == [value[0]["metric"]],
    "slices": lambda seen, _value: "alcohol_10-5-rmse" in seen["variables"],
    "rollback": lambda seen, _value: seen["report"]["gate"][0]["is_held"],
    "predictions": lambda seen, value: 0 < len(seen["report"]["predictions"]) <= value,
    "execution-id": lambda seen, _value: seen["report"]["pipelineExecutionId"] == seen["execution"],
}
