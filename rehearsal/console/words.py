"""How values read on a page: times, durations, numbers, and which mark a state has. Pure."""

from datetime import UTC, datetime

_GOOD = {
    "Succeeded",
    "Completed",
    "InService",
    "Approved",
    "Enabled",
    "Active",
    "ACTIVE",
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
}
_BAD = {"Failed", "Rejected", "OutOfService", "Faulted"}
_RUNNING = {
    "InProgress",
    "Executing",
    "Creating",
    "Updating",
    "Deleting",
    "Stopping",
    "SystemUpdating",
    "RollingBack",
    "Starting",
}
_WAITING = {"PendingManualApproval", "Waiting", "Pending"}
_ENDED = {"Stopped", "Superseded", "Cancelled", "Abandoned", "Skipped"}


def mark(status: str) -> str:
    """The shape that stands before a state's word: ``good``, ``bad``, ``running``, ``waiting``, ``ended`` or
    ``none``."""
    status = str(status)
    for kind, words in (
        ("good", _GOOD),
        ("bad", _BAD),
        ("running", _RUNNING),
        ("waiting", _WAITING),
        ("ended", _ENDED),
    ):
        if status in words:
            return kind
    return _mark_of_stack(status)


def _mark_of_stack(status: str) -> str:
    """CloudFormation's: a rollback that is complete is a failure of what was asked for."""
    if status.endswith("_IN_PROGRESS"):
        return "waiting" if status.startswith("REVIEW") else "running"
    if "ROLLBACK" in status or status.endswith("_FAILED"):
        return "bad"
    if status == "DELETE_COMPLETE":
        return "ended"
    return "good" if status.endswith("_COMPLETE") else "none"


def word(status: str) -> str:
    """A state as a person reads it; AWS's own word where it has one."""
    known = {
        "InProgress": "In progress",
        "NotStarted": "Not started",
        "PendingManualApproval": "Pending manual approval",
    }
    return known.get(str(status), str(status))


def duration(seconds: float | None) -> str:
    """``1.6 s``, ``3 min 20 s``, ``2 h 5 min``; nothing for None."""
    if seconds is None:
        return ""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def moment(at: datetime | None) -> str:
    """``2026-11-21 12:04:31 UTC``."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if at else ""


def clock(at: datetime | None) -> str:
    """``12:04:31``, where the day is known."""
    return at.astimezone(UTC).strftime("%H:%M:%S") if at else ""


def number(value: float | None) -> str:
    """Three significant digits, as many as a reader compares."""
    if value is None:
        return ""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:.3g}"


def figures(text: str) -> str:
    """A number as it was told, or several with commas between, at four digits each; other words as they are."""
    try:
        return ", ".join(f"{float(each):.4g}" for each in str(text).split(","))
    except ValueError:
        return text


def size(count: float) -> str:
    """Bytes as ``1.2 MB``."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError("the loop returns")
