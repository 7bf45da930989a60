"""The command that does what a button does. Pure.

A workshop's pipeline is steered with ``rehearse``, any other with AWS's own command line.
"""

import shlex

from rehearsal.toolkit.aws.names import Workshop

_PIPELINE_PREFIX = Workshop("x").pipeline.removesuffix("x")


def suffix_of(pipeline: str) -> str | None:
    """The workshop whose pipeline this is, None where it is none's."""
    suffix = pipeline.removeprefix(_PIPELINE_PREFIX)
    return suffix if suffix != pipeline and suffix else None


def rehearse(pipeline: str, *words: str) -> str | None:
    """``rehearse WORDS --suffix S`` for a workshop's pipeline."""
    suffix = suffix_of(pipeline)
    return None if suffix is None else shlex.join(["rehearse", *words, "--suffix", suffix])


def aws(service: str, operation: str, **options: str) -> str:
    """``aws SERVICE OPERATION --option value``."""
    given = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value) if part]
    return shlex.join(["aws", service, operation, *given])
