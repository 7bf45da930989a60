"""Names of what the functions create: stable, unique to an execution where they must be, within SageMaker's 63
characters.

Pure. The ``codepipeline`` job's event does not carry the execution's id; see :mod:`pipeline_job.action` for where it is
found.
"""

from collections.abc import Iterator

from pipeline_job.failure import ConfigurationError

LONGEST = 63
_SHORT_ID = 8
_REPEAT = len("-99")


def endpoint_name(model_name: str, resource_identifier: str, environment: str) -> str:
    """``<model-name>-<resourceidentifier>-<env>``.

    Raises:
        ConfigurationError: when names made after it would be too long.
    """
    name = f"{model_name}-{resource_identifier}-{environment}"
    longest = LONGEST - 1 - _SHORT_ID - _REPEAT
    if len(name) > longest:
        raise ConfigurationError(
            f"the endpoint's name {name!r} has {len(name)} characters; "
            f"at most {longest} leave room for its configs: shorten 'model-name' or 'resourceidentifier'"
        )
    return name


def after_execution(stem: str, execution_id: str) -> str:
    """``<stem>-<execution id>``; only the id's beginning where the whole does not fit."""
    whole = f"{stem}-{execution_id}"
    if len(whole) + _REPEAT <= LONGEST:
        return whole
    short = execution_id[:_SHORT_ID].strip("-")
    return f"{stem[: LONGEST - _REPEAT - 1 - len(short)].rstrip('-')}-{short}"


def candidates(name: str) -> Iterator[str]:
    """``name``, then ``name-2`` to ``name-99``: a stage that is retried must not take the name of what failed."""
    yield name
    for number in range(2, 100):
        yield f"{name}-{number}"
