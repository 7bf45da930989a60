"""What runs at the start of other people's Python programs: files that an interpreter loads by itself, before any code
of theirs.

``site/sitecustomize.py`` is on ``PYTHONPATH`` and runs the hooks that the environment names. So they reach every
interpreter below a process too, of another version and in another virtual environment: a build's ``python``, a shell
script's, a notebook's. Hooks and ``sitecustomize.py`` import the standard library alone and run on Python 3.7 and
later.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

HOOKS = "_REHEARSAL_AT_START"
AWS_ENDPOINTS = Path(__file__).with_name("aws_endpoints.py")
"""Leads clients with an explicit endpoint of AWS to ``AWS_ENDPOINT_URL``."""
_SDK_DEFAULTS = "SAGEMAKER_ADMIN_CONFIG_OVERRIDE"
"""Names a file of defaults for SageMaker's Python SDK; the user's own file and arguments win over it."""
_SDK_FILE = Path(__file__).with_name("sagemaker-sdk.yaml")
_SITE = Path(__file__).with_name("site")


def with_hooks(environment: Mapping[str, str], hooks: Sequence[Path]) -> dict[str, str]:
    """``environment`` with which every Python started below runs these hooks first."""
    path = [str(_SITE), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        **environment,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(path)),
        HOOKS: os.pathsep.join(str(hook) for hook in hooks),
    }


def redirected(environment: Mapping[str, str]) -> dict[str, str]:
    """``environment``, which has ``AWS_ENDPOINT_URL``, for programs whose every call shall go there: named endpoints
    and telemetry too."""
    return {_SDK_DEFAULTS: str(_SDK_FILE), **with_hooks(environment, [AWS_ENDPOINTS])}
