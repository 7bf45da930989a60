"""The steps QualityCheck and ClarifyCheck: a processing job that checks, held against the baseline of an earlier model.

The baseline is the supplied one, else that of the group's newest approved package (its DriftCheckBaselines).
https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-quality-clarify-baseline-lifecycle.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.sagemaker.pipelines.retries import ALL_FAULTS
from rehearsal.localaws.sagemaker.pipelines.steps.baselines import Baseline, Place, of_package
from rehearsal.localaws.sagemaker.pipelines.steps.calls import call
from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended, Started, StepFailed
from rehearsal.localaws.sagemaker.pipelines.steps.jobs import Job
from rehearsal.localaws.sagemaker.pipelines.steps.kind import Kind, Setting

_FOLDER = "/opt/ml/processing/baseline"


@dataclass(frozen=True)
class CheckActor(Job):
    """One of the two types; ``member`` is its member in Metadata, ``constraints_file`` what its image leaves to compare
    with."""

    member: str = ""
    constraints_file: str = ""
    has_statistics: bool = False

    def begin(self, context: Context) -> Started:
        """Create the job, with the baseline among its inputs where there is one to compare with."""
        settings = context.settings
        skips = bool(settings.get("SkipCheck", False))
        baseline = self._baseline(context)
        if not skips and baseline is None:
            raise StepFailed(_no_baseline(context))
        request = self._request(context)
        if not skips and baseline is not None:
            _add_baseline(request, baseline)
        if settings.get("ModelName"):
            request["Environment"] = {**(request.get("Environment") or {}), "model_name": settings["ModelName"]}
        answer = call(context, "sagemaker", "CreateProcessingJob", request)
        told = {
            "CheckType": settings["CheckType"],
            "ModelPackageGroupName": settings.get("ModelPackageGroupName"),
            "CheckJobArn": answer["ProcessingJobArn"],
            "SkipCheck": skips,
            "RegisterNewBaseline": bool(settings.get("RegisterNewBaseline", False)),
            **self._told("BaselineUsedForDriftCheck", baseline),
        }
        return Started({self.member: {name: value for name, value in told.items() if value is not None}})

    def end(self, context: Context) -> Ended:
        """Read how the job came out, and whether it found violations."""
        job = super().end(context).properties
        folder = job["ProcessingOutputConfig"]["Outputs"][0]["S3Output"]["S3Uri"].rstrip("/")
        statistics = f"{folder}/statistics.json" if self.has_statistics else None
        calculated = Baseline(f"{folder}/{self.constraints_file}", statistics)
        told = {**context.metadata[self.member], **self._told("CalculatedBaseline", calculated)}
        if told["RegisterNewBaseline"]:
            told |= self._told("BaselineUsedForDriftCheck", calculated)
        report = f"{folder}/constraint_violations.json"
        count = 0 if told["SkipCheck"] else len(_violations(context, report))
        if count:
            told["ViolationReport"] = report
        if count and context.settings.get("FailOnViolation", True):
            reason = f"ClientError: The check found {count} violation{'s' if count > 1 else ''}: see {report}."
            raise StepFailed(reason, metadata={self.member: told})
        return Ended({self.member: told}, {name: told[name] for name in self.properties if name in told})

    @property
    def properties(self) -> frozenset[str]:
        """What other steps may refer to."""
        files = ("Constraints", "Statistics") if self.has_statistics else ("Constraints",)
        return frozenset(
            f"{which}{file}" for which in ("CalculatedBaseline", "BaselineUsedForDriftCheck") for file in files
        )

    def _baseline(self, context: Context) -> Baseline | None:
        settings = context.settings
        if settings.get("SuppliedBaselineConstraints"):
            return Baseline(settings["SuppliedBaselineConstraints"], settings.get("SuppliedBaselineStatistics"))
        group = settings.get("ModelPackageGroupName")
        if not group or context.backend.package_groups.find(group.rpartition("/")[2]) is None:
            return None
        return of_package(context, group, PLACES[settings["CheckType"]])

    def _told(self, which: str, baseline: Baseline | None) -> dict[str, str]:
        if baseline is None:
            return {}
        statistics = {f"{which}Statistics": baseline.statistics} if self.has_statistics and baseline.statistics else {}
        return {f"{which}Constraints": baseline.constraints, **statistics}


def _no_baseline(context: Context) -> str:
    group = context.settings.get("ModelPackageGroupName")
    where = f"no approved package of the group {group} has one for it" if group else "no ModelPackageGroupName is given"
    return (
        f"ClientError: There is no baseline to check {context.settings['CheckType']} against: none is supplied, and "
        f"{where}. Set SkipCheck for a first run."
    )


def _add_baseline(request: dict[str, Any], baseline: Baseline) -> None:
    """The baseline's files as inputs of the job, and the variables that name them."""
    inputs, variables = [*(request.get("ProcessingInputs") or ())], dict(request.get("Environment") or {})
    for name, uri in (("constraints", baseline.constraints), ("statistics", baseline.statistics)):
        if uri is None:
            continue
        folder = f"{_FOLDER}/{name}"
        source = {"S3Uri": uri, "LocalPath": folder, "S3DataType": "S3Prefix", "S3InputMode": "File"}
        inputs.append({"InputName": f"baseline_{name}", "S3Input": source})
        variables[f"baseline_{name}"] = f"{folder}/{uri.rpartition('/')[2]}"
    request["ProcessingInputs"], request["Environment"] = inputs, variables


def _violations(context: Context, uri: str) -> list[Any]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    body = call(context, "s3", "GetObject", {"Bucket": bucket, "Key": key})["Body"].read()
    found: list[Any] = json.loads(body)["violations"]
    return found


PLACES: Mapping[str, Place] = {
    "DATA_QUALITY": Place("ModelDataQuality", "Constraints", "Statistics"),
    "MODEL_QUALITY": Place("ModelQuality", "Constraints", "Statistics"),
    "DATA_BIAS": Place("Bias", "PreTrainingConstraints"),
    "MODEL_BIAS": Place("Bias", "PostTrainingConstraints"),
    "MODEL_EXPLAINABILITY": Place("Explainability", "Constraints"),
}
"""By CheckType."""
_FLAGS: Mapping[str, Setting] = {"SkipCheck": bool, "FailOnViolation": bool, "RegisterNewBaseline": bool}
_TEXTS: Mapping[str, Setting] = {"ModelPackageGroupName": str, "SuppliedBaselineConstraints": str}


def _kind(name: str, actor: CheckActor, settings: Mapping[str, Setting]) -> Kind:
    """The documented keys of caching are configurations that the SDKs write into these arguments and settings."""
    return Kind(
        type=name,
        actor=actor,
        request="CreateProcessingJob",
        name_member="ProcessingJobName",
        supplied=frozenset({"ProcessingJobName", "RoleArn"}),
        settings={**settings, **_FLAGS, **_TEXTS},
        required=("CheckType",),
        properties=actor.properties,
        faults=ALL_FAULTS,
        takes_cache_config=True,
        cache_keys=("AppSpecification", "Environment", "ProcessingInputs", *_CACHED_SETTINGS, *settings),
    )


_CACHED_SETTINGS = ("SkipCheck", "RegisterNewBaseline", *_TEXTS)
QUALITY_CHECK = _kind(
    "QualityCheck",
    CheckActor(
        "ProcessingJob",
        lambda backend: backend.processed_jobs,
        member="QualityCheck",
        constraints_file="constraints.json",
        has_statistics=True,
    ),
    {"CheckType": ("DATA_QUALITY", "MODEL_QUALITY"), "SuppliedBaselineStatistics": str},
)
CLARIFY_CHECK = _kind(
    "ClarifyCheck",
    CheckActor(
        "ProcessingJob",
        lambda backend: backend.processed_jobs,
        member="ClarifyCheck",
        constraints_file="analysis.json",
    ),
    {"CheckType": ("DATA_BIAS", "MODEL_BIAS", "MODEL_EXPLAINABILITY"), "ModelName": str},
)
