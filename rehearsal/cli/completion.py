"""What the shell offers behind the tab key: actions and keys of the project's template, executions and pipelines of the
account that the environment names. What cannot be had is not offered: completion never complains."""

from collections.abc import Callable

from rehearsal.cli.fault_kinds import FAULT_KINDS

_ENVIRONMENTS = ("Dev", "Test", "Prod")
_MOST = 30


def _quietly(find: Callable[[], list[str]], incomplete: str) -> list[str]:
    try:
        return [each for each in find() if each.lower().startswith(incomplete.lower())]
    except Exception:  # noqa: BLE001 - nothing may be printed into a line that somebody is typing
        return []


def actions(incomplete: str) -> list[str]:
    """``Stage/Action`` of the project's pipeline, and bare names where they are unique."""
    return _quietly(_actions, incomplete)


def _actions() -> list[str]:
    from rehearsal.toolkit.parameters import workshop_actions

    found = workshop_actions.all_of()
    names = [each.name for each in found]
    return [*(each.path for each in found), *(name for name in names if names.count(name) == 1)]


def executions(incomplete: str) -> list[str]:
    """Ids of executions, the newest first."""
    return _quietly(_executions, incomplete)


def _executions() -> list[str]:
    from rehearsal.toolkit.aws import account
    from rehearsal.toolkit.aws.account import Access
    from rehearsal.toolkit.executions import choosing
    from rehearsal.toolkit.executions import executions as runs

    aws = account.reach(Access())
    return [run.execution_id for run in runs.history(aws, choosing.choose(aws, None, None).pipeline, _MOST)]


def pipelines(incomplete: str) -> list[str]:
    """Names of the account's pipelines."""
    return _quietly(_pipelines, incomplete)


def _pipelines() -> list[str]:
    from rehearsal.toolkit.aws import account
    from rehearsal.toolkit.aws.account import Access
    from rehearsal.toolkit.executions import choosing

    return choosing.names(account.reach(Access()))


def functions(incomplete: str) -> list[str]:
    """Names of the account's functions."""
    return _quietly(_functions, incomplete)


def _functions() -> list[str]:
    from rehearsal.toolkit.aws import account
    from rehearsal.toolkit.aws.account import Access

    pages = account.reach(Access()).client("lambda").get_paginator("list_functions").paginate()
    return [each["FunctionName"] for page in pages for each in page["Functions"]]


def fault_kinds(incomplete: str) -> list[str]:
    """What ``fault add`` plans."""
    return _quietly(lambda: list(FAULT_KINDS), incomplete)


def environments(incomplete: str) -> list[str]:
    """Of the workshop's endpoints."""
    return _quietly(lambda: list(_ENVIRONMENTS), incomplete)
