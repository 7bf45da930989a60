"""Search over training and tuning jobs, pipelines, the model registry and endpoints; what else is searched is moto's.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Search.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.pipelines import views
from rehearsal.localaws.sagemaker.tuning.engine import engine
from rehearsal.localaws.sagemaker.tuning.views import description as described

Record = Mapping[str, Any]
_MISSING = object()

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": lambda found, wanted: bool(found == wanted),
    "NotEquals": lambda found, wanted: bool(found != wanted),
    "GreaterThan": lambda found, wanted: bool(found > wanted),
    "GreaterThanOrEqualTo": lambda found, wanted: bool(found >= wanted),
    "LessThan": lambda found, wanted: bool(found < wanted),
    "LessThanOrEqualTo": lambda found, wanted: bool(found <= wanted),
    "Contains": lambda found, wanted: str(wanted) in str(found),
    "In": lambda found, wanted: str(found) in wanted.split(","),
}


def matches(record: Record, expression: Mapping[str, Any] | None) -> bool:
    """Whether a record fits a SearchExpression.

    Raises:
        AwsError: ValidationException, for operators that there are not, and nested filters on what is no list.
    """
    if not expression:
        return True
    answers = [_fits(record, each) for each in expression.get("Filters") or ()]
    answers += [_has_member(record, each) for each in expression.get("NestedFilters") or ()]
    answers += [matches(record, each) for each in expression.get("SubExpressions") or ()]
    return any(answers) if expression.get("Operator") == "Or" else all(answers)


def _has_member(record: Record, nested: Mapping[str, Any]) -> bool:
    """Whether one member of a list (a channel of InputDataConfig) fits all the nested filters, whose names begin with
    the list's.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NestedFilters.html
    """
    name, filters = nested["NestedPropertyName"], nested["Filters"]
    strange = next((each["Name"] for each in filters if not each["Name"].startswith(f"{name}.")), None)
    if strange is not None:
        raise AwsError("ValidationException", f"The nested filter {strange} does not begin with {name}.")
    members = _property(record, name)
    if members is _MISSING:
        return False
    if not isinstance(members, list):
        raise AwsError("ValidationException", f"{name} is no list; nested filters look for a member of one.")
    return any(all(_fits(_under(name, member), each) for each in filters) for member in members)


def _under(name: str, member: Any) -> Record:
    """The member as a record in which a filter finds it by its full name."""
    *outer, last = name.split(".")
    record: Record = {last: member}
    for part in reversed(outer):
        record = {part: record}
    return record


def _fits(record: Record, wanted: Mapping[str, Any]) -> bool:
    operator, found = wanted.get("Operator", "Equals"), _property(record, wanted["Name"])
    if operator in ("Exists", "NotExists"):
        return (found is _MISSING) == (operator == "NotExists")
    if operator not in _COMPARISONS:
        raise AwsError("ValidationException", f"Search has no operator {operator}.")
    if found is _MISSING:
        return operator == "NotEquals"
    return _COMPARISONS[operator](found, _as_type_of(found, wanted.get("Value", ""), wanted["Name"]))


def _property(record: Record, name: str) -> Any:
    """``TrainingJobName``, ``HyperParameters.eta``, ``Metrics.train:rmse``, ``Tags.team``."""
    group, _, member = name.partition(".")
    if group == "Metrics":
        metrics = record.get("FinalMetricDataList", ())
        return next((each["Value"] for each in metrics if each["MetricName"] == member), _MISSING)
    if group == "Tags":
        return next((tag["Value"] for tag in record.get("Tags", ()) if tag["Key"] == member), _MISSING)
    found: Any = record
    for part in name.split("."):
        found = found.get(part, _MISSING) if isinstance(found, Mapping) else _MISSING
    return found


def _as_type_of(found: Any, text: str, name: str) -> Any:
    """The value of a filter, which is always text, as what it is compared with."""
    try:
        if isinstance(found, datetime):
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if isinstance(found, bool):
            return text.lower() == "true"
        return float(text) if isinstance(found, int | float) else text
    except ValueError as error:
        raise AwsError("ValidationException", f"The value {text!r} cannot be compared with {name}.") from error


@dataclass(frozen=True)
class Searched:
    """One kind of resource: its records with the ARNs that their tags stand under, its name, and what it is sorted
    by."""

    records: Callable[[Any], Iterable[tuple[str, Record]]]
    name: str
    status: str | None = None

    @property
    def sortable(self) -> tuple[str, ...]:
        status = (self.status,) if self.status else ()
        return (self.name, *status, "CreationTime", "LastModifiedTime")


def _pipelines(backend: Any) -> Iterable[tuple[str, Record]]:
    return ((each.arn, views.searched_pipeline(each)) for each in list(backend.model_pipelines.pipelines.values()))


def _tuning_jobs(backend: Any) -> Iterable[tuple[str, Record]]:
    with engine.reading():
        return [(job.arn, described(job, clock.now())) for job in backend.tuning_jobs]


def _executions(backend: Any) -> Iterable[tuple[str, Record]]:
    for pipeline in list(backend.model_pipelines.pipelines.values()):
        for execution in list(pipeline.executions.values()):
            yield execution.arn, views.searched_execution(execution)


_RESOURCES = {
    "TrainingJob": Searched(
        lambda backend: ((job.arn, job.description()) for job in backend.trained_jobs),
        "TrainingJobName",
        "TrainingJobStatus",
    ),
    "HyperParameterTuningJob": Searched(_tuning_jobs, "HyperParameterTuningJobName", "HyperParameterTuningJobStatus"),
    "Pipeline": Searched(_pipelines, "PipelineName"),
    "PipelineExecution": Searched(_executions, "PipelineExecutionArn", "PipelineExecutionStatus"),
    "ModelPackageGroup": Searched(
        lambda backend: ((each.arn, each.description()) for each in list(backend.package_groups)),
        "ModelPackageGroupName",
        "ModelPackageGroupStatus",
    ),
    "ModelPackage": Searched(
        lambda backend: ((each.arn, each.description()) for each in list(backend.packages.values())),
        "ModelPackageArn",
        "ModelPackageStatus",
    ),
    "Endpoint": Searched(
        lambda backend: ((each.arn, each.description()) for each in list(backend.hosted_endpoints)),
        "EndpointName",
        "EndpointStatus",
    ),
}


class SearchOperations:
    """Search."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def search(self) -> Any:
        kind = self.params["Resource"]
        if kind not in _RESOURCES:
            return super().search()  # type: ignore[misc]
        searched, store = _RESOURCES[kind], self.sagemaker_backend.tag_store
        records = [{**record, "Tags": store.of(arn)} for arn, record in searched.records(self.sagemaker_backend)]
        found = [record for record in records if matches(record, self.params.get("SearchExpression"))]
        modified = all("LastModifiedTime" in record for record in found)
        sorted_by = self.params.get("SortBy") or ("LastModifiedTime" if modified else "CreationTime")
        if sorted_by not in searched.sortable:
            offered = ", ".join(searched.sortable)
            raise AwsError("ValidationException", f"The embedded AWS sorts by {offered}, not by {sorted_by}.")
        params = {**self.params, "SortBy": sorted_by}
        orders = {name: name for name in searched.sortable}
        page = listing.page(found, params, into="Results", name=searched.name, orders=orders)
        return {**page, "Results": [{kind: record} for record in page["Results"]]}
