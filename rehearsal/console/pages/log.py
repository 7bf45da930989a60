"""Log: every group of the account, the end of one as it grows, and the lines with a word."""

from rehearsal.console import commands
from rehearsal.console.page import Asked, Page
from rehearsal.console.session import Session
from rehearsal.toolkit import log_groups

_LINES = 200
_MOST_LINES = 5_000


def show(session: Session, asked: Asked) -> Page:
    """The groups; with ``group`` in the query the end of one, with ``find`` the lines that have the word."""
    group, word = asked.query.get("group", ""), asked.query.get("find", "").strip()
    if not group:
        like = asked.query.get("like", "").strip()
        facts = {"groups": log_groups.listed(session.aws, like), "like": like, "most": log_groups.MOST_GROUPS}
        return Page("logs.html", "Log", facts, command="aws logs describe-log-groups")
    text = asked.query.get("show", "")
    count = int(text) if text.isdecimal() and 0 < int(text) <= _MOST_LINES else _LINES
    search = log_groups.search(session.aws, group, word, count) if word else None
    lines = log_groups.tail(session.aws, group, count) if search is None else search
    facts = {"group": group, "find": word, "lines": lines, "count": count, "is_more": len(lines) == count < _MOST_LINES}
    pattern = f'"{word}"' if word else ""
    command = commands.aws("logs", "filter-log-events", log_group_name=group, filter_pattern=pattern)
    return Page("log.html", group, facts, command=command)
