"""What AWS says of starting a failed execution again where it failed (RedriveExecution is not offered here). Pure."""


def told(status: str) -> dict[str, str]:
    """``redriveStatus`` of an execution, and the reason when it cannot be."""
    if status in ("FAILED", "ABORTED", "TIMED_OUT"):
        return {"redriveStatus": "REDRIVABLE"}
    return {
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": f"Execution is {status} and cannot be redriven",
    }
