"""The command that does what a button does. Pure.

Pipelines are steered with ``rehearse``; what it has no word for, with AWS's own command line.
"""

import shlex

from rehearsal.toolkit.aws.names import Workshop

_PIPELINE_PREFIX = Workshop("x").pipeline.removesuffix("x")


def suffix_of(pipeline: str) -> str | None:
    """The workshop whose pipeline this is, None where it is none's."""
    suffix = pipeline.removeprefix(_PIPELINE_PREFIX)
    return suffix if suffix != pipeline and suffix else None


def rehearse(pipeline: str, *words: str) -> str:
    """``rehearse WORDS --suffix S`` for a workshop's pipeline, ``--pipeline NAME`` for any other."""
    suffix = suffix_of(pipeline)
    which = ["--pipeline", pipeline] if suffix is None else ["--suffix", suffix]
    return shlex.join(["rehearse", *words, *which])


def aws(service: str, operation: str, **options: str) -> str:
    """``aws SERVICE OPERATION --option value``, without options that have none."""
    given = [part for name, value in options.items() if value for part in (f"--{name.replace('_', '-')}", value)]
    return shlex.join(["aws", service, operation, *given])
