"""Who may launch what: a principal of a portfolio, and nobody else, an administrator neither. Pure.

https://docs.aws.amazon.com/servicecatalog/latest/adminguide/catalogs_portfolios_users.html
"""

import fnmatch
from collections.abc import Iterable, Iterator

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.servicecatalog.records import Portfolio

PRINCIPAL_TYPES = ("IAM", "IAM_PATTERN")


def principal_of(caller_arn: str) -> str:
    """The user or role behind a caller: of an assumed role's session, the role as it stands in a portfolio (a path of
    the role's is not in the session's ARN)."""
    parts = caller_arn.split(":", 5)
    if parts[2] == "sts" and parts[5].startswith("assumed-role/"):
        return ":".join([*parts[:2], "iam", "", parts[4], f"role/{parts[5].split('/')[1]}"])
    return caller_arn


def is_let_in(portfolio: Portfolio, caller_arn: str) -> bool:
    """Whether the caller is a principal of the portfolio."""
    principal = principal_of(caller_arn)
    return any(_is_meant(arn, kind, principal) for arn, kind in portfolio.principals.items())


def _is_meant(arn: str, kind: str, principal: str) -> bool:
    if kind == "IAM_PATTERN":  # has no account, so that a portfolio can be shared
        return fnmatch.fnmatchcase(_without_account(principal), _without_account(arn))
    if ":role/" in arn:
        return (arn.split(":")[4], _last(arn)) == (principal.split(":")[4], _last(principal)) and ":role/" in principal
    return arn == principal


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]


def _without_account(arn: str) -> str:
    parts = arn.split(":", 5)
    return ":".join([*parts[:4], "", *parts[5:]])


def paths(portfolios: Iterable[Portfolio], product_id: str, caller_arn: str) -> Iterator[tuple[str, Portfolio]]:
    """The launch paths of a product that the caller has: a path's id and its portfolio."""
    for portfolio in portfolios:
        if product_id in portfolio.products and is_let_in(portfolio, caller_arn):
            yield portfolio.products[product_id], portfolio


def chosen(found: Iterable[tuple[str, Portfolio]], product_id: str, wanted: str | None) -> tuple[str, Portfolio]:
    """The path that a request means.

    Raises:
        AwsError: ResourceNotFoundException, where the caller has none; InvalidParametersException, where there are
            several and none is named.
    """
    there = [each for each in found if wanted in (None, each[0])]
    if not there:
        raise AwsError("ResourceNotFoundException", f"No launch paths found for resource: {product_id}")
    if len(there) > 1:
        ids = ", ".join(path for path, _ in there)
        raise AwsError("InvalidParametersException", f"Several launch paths, name one in PathId: {ids}")
    return there[0]
