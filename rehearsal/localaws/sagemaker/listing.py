"""What the List operations of SageMaker share: filters, order and pages. Pure: summaries in, one page of them out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rehearsal.localaws.ground import pages
from rehearsal.localaws.ground.errors import AwsError

DEFAULT_PAGE = 10
MAX_PAGE = 100

Summary = dict[str, Any]

_FILTERS: dict[str, Callable[[Any, Any], bool]] = {
    "NameContains": lambda name, part: part.lower() in name.lower(),
    "CreationTimeAfter": lambda at, limit: at > limit,
    "CreationTimeBefore": lambda at, limit: at < limit,
    "LastModifiedTimeAfter": lambda at, limit: at > limit,
    "LastModifiedTimeBefore": lambda at, limit: at < limit,
    "StatusEquals": lambda status, wanted: status == wanted,
}


def page(
    summaries: Iterable[Summary],
    params: Mapping[str, Any],
    *,
    into: str,
    name: str,
    status: str | None = None,
    orders: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The answer of a List operation under the member ``into``.

    Args:
        summaries: all resources, as the operation shows them. params: the request, with the filters, ``SortBy``,
        ``SortOrder``, ``MaxResults`` and ``NextToken`` of SageMaker's lists. name: the member that holds the name;
        ``status``: the one that ``StatusEquals`` compares. orders: values of ``SortBy`` and the member each sorts by,
        besides ``Name``, ``CreationTime`` and ``Status``.

    Raises:
        AwsError: ValidationException, for a ``NextToken`` that no List operation gave.
    """
    members = {"Name": name, "CreationTime": "CreationTime", "Status": status or name, **(orders or {})}
    chosen = [summary for summary in summaries if _passes(summary, params, name, status)]
    member = members.get(params.get("SortBy") or "CreationTime", "CreationTime")
    chosen.sort(key=lambda summary: summary[member], reverse=params.get("SortOrder", "Descending") == "Descending")
    return cut(chosen, params, into=into)


def cut(rows: Sequence[Any], params: Mapping[str, Any], *, into: str, default: int = DEFAULT_PAGE) -> dict[str, Any]:
    """One page of rows that are chosen and in order already.

    Raises:
        AwsError: ValidationException, for a ``NextToken`` that no List operation gave.
    """
    token, size = params.get("NextToken"), min(params.get("MaxResults") or default, MAX_PAGE)
    refusal = AwsError("ValidationException", f"Invalid NextToken: {token}")
    found, following = pages.cut(rows, token, size, refusal)
    return {into: list(found)} | ({"NextToken": following} if following else {})


def _passes(summary: Summary, params: Mapping[str, Any], name: str, status: str | None) -> bool:
    for key, accepts in _FILTERS.items():
        wanted = params.get(key)
        if wanted is None:
            continue
        member = {"NameContains": name, "StatusEquals": status or "Status"}.get(key) or key.removesuffix(
            "After"
        ).removesuffix("Before")
        if not accepts(summary[member], _comparable(wanted)):
            return False
    return True


def _comparable(wanted: Any) -> Any:
    return wanted.replace(tzinfo=UTC) if isinstance(wanted, datetime) and wanted.tzinfo is None else wanted
