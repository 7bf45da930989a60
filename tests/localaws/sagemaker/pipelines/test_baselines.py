"""Where a check finds its baseline among those of a model package."""

from typing import Any

import pytest

from rehearsal.localaws.sagemaker.pipelines.steps.baselines import Baseline, of_package
from rehearsal.localaws.sagemaker.pipelines.steps.checks import PLACES
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context

DRIFT = {
    "Bias": {"PreTrainingConstraints": {"S3Uri": "s3://b/pre"}, "PostTrainingConstraints": {"S3Uri": "s3://b/post"}},
    "Explainability": {"Constraints": {"S3Uri": "s3://b/shap"}},
    "ModelQuality": {"Constraints": {"S3Uri": "s3://b/mc"}, "Statistics": {"S3Uri": "s3://b/ms"}},
    "ModelDataQuality": {"Constraints": {"S3Uri": "s3://b/dc"}, "Statistics": {"S3Uri": "s3://b/ds"}},
}
FOUND = {
    "DATA_BIAS": Baseline("s3://b/pre"),
    "MODEL_BIAS": Baseline("s3://b/post"),
    "MODEL_EXPLAINABILITY": Baseline("s3://b/shap"),
    "MODEL_QUALITY": Baseline("s3://b/mc", "s3://b/ms"),
    "DATA_QUALITY": Baseline("s3://b/dc", "s3://b/ds"),
}


class Registry:
    """Answers as SageMaker does for a group with one approved package, or with none."""

    def __init__(self, package: dict[str, Any] | None) -> None:
        self._package = package

    def list_model_packages(self, **asked: Any) -> dict[str, Any]:
        assert (asked["ModelApprovalStatus"], asked["SortOrder"], asked["MaxResults"]) == ("Approved", "Descending", 1)
        return {"ModelPackageSummaryList": [{"ModelPackageArn": "arn"}] if self._package is not None else []}

    def describe_model_package(self, **asked: Any) -> dict[str, Any]:
        assert asked == {"ModelPackageName": "arn"} and self._package is not None
        return self._package


def context(package: dict[str, Any] | None) -> Context:
    registry = Registry(package)
    return Context(
        execution_arn="arn",
        region="us-east-1",
        role_arn="arn",
        step="Check",
        name="check",
        token="",
        arguments={},
        target=None,
        settings={},
        outputs={},
        tags=(),
        experiment=None,
        client=lambda _service: registry,
        backend=None,
    )


@pytest.mark.parametrize("kind", FOUND)
def test_each_type_of_check_has_its_place(kind) -> None:
    assert of_package(context({"DriftCheckBaselines": DRIFT}), "group", PLACES[kind]) == FOUND[kind]


@pytest.mark.parametrize("package", [None, {}, {"DriftCheckBaselines": {"Bias": {}}}])
def test_a_group_may_have_no_baseline(package) -> None:
    assert of_package(context(package), "group", PLACES["DATA_BIAS"]) is None
