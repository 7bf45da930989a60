"""The kinds of faults that can be planned, for help and completion; the embedded AWS refuses any other by name."""

FAULT_KINDS = (
    "throttle",
    "deny",
    "delay",
    "fail",
    "lose-job-result",
    "crash-function",
    "stop-training-job",
    "roll-back-endpoint",
    "iam-lag",
)
