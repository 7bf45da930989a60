"""Names of output variables. Pure."""

import re

_NOT_IN_A_KEY = re.compile(r"[^A-Za-z0-9@_-]")


def key(name: str) -> str:
    """The variable of a metric's name: CodePipeline takes letters, digits, ``@``, ``-`` and ``_``; all else becomes
    ``-``.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html (OutputVariablesKey)
    """
    return _NOT_IN_A_KEY.sub("-", name)
