"""Why the algorithm stops, sorted by who can mend it: the user, the algorithm's maintainers, the platform."""


class ToolkitError(Exception):
    """What ends a training run; its text goes to ``output/failure`` and becomes the job's FailureReason."""

    def __init__(self, message: str, *, caused_by: BaseException | None = None) -> None:
        cause = f" (caused by {type(caused_by).__name__})" if caused_by is not None else ""
        super().__init__(message + cause)


class UserError(ToolkitError):
    """A hyperparameter, a channel or the data is wrong."""


class AlgorithmError(ToolkitError):
    """XGBoost failed in a way that the input does not explain."""


class PlatformError(ToolkitError):
    """The surroundings are not as promised: a folder or configuration file is missing."""


def without_stack_trace(error: BaseException) -> str:
    """What XGBoost says, without the addresses of its machine code that it adds."""
    return str(error).partition("\nStack trace:")[0].strip()
