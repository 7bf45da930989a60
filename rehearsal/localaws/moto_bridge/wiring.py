"""The one file that plugs the embedded AWS's own services into moto, before any moto backend is touched.

moto 5.2.5 makes backends from ``BackendDict.backend`` and finds the URLs of a backend class in the ``urls`` module
beside its ``models`` module, so a service is replaced by naming its class here: nothing is patched for that.
A room is loaded when moto's module for it is: at the first request to the service, or when another room needs it.
What cannot be replaced so (the time, the authorizer, rule targets, the clients of Step Functions) is patched by the room
concerned in a function named ``install``, called here and nowhere else. ``tests/localaws/moto_bridge/test_wiring.py`` holds
moto to the internals that this file relies on.
"""

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

from rehearsal.localaws.moto_bridge import on_import


class Replacement(NamedTuple):
    """A moto service (its package and BackendDict) and the class of ours that serves it."""

    moto_service: str
    backends: str
    module: str
    backend_class: str


class Patch(NamedTuple):
    """A module whose ``install()`` changes or starts something, and the moto module with which that becomes needed."""

    module: str
    needed_with: str


REPLACEMENTS: tuple[Replacement, ...] = (
    Replacement("iam", "iam_backends", "rehearsal.localaws.authorizer.iam.models", "IamBackend"),
    Replacement("sts", "sts_backends", "rehearsal.localaws.authorizer.sts.models", "StsBackend"),
    Replacement("awslambda", "lambda_backends", "rehearsal.localaws.functions.models", "FunctionsBackend"),
    Replacement("codebuild", "codebuild_backends", "rehearsal.localaws.codebuild.models", "CodeBuildBackend"),
    Replacement("codecommit", "codecommit_backends", "rehearsal.localaws.codecommit.models", "CodeCommitBackend"),
    Replacement(
        "codepipeline", "codepipeline_backends", "rehearsal.localaws.codepipeline.models", "CodePipelineBackend"
    ),
    Replacement("sagemaker", "sagemaker_backends", "rehearsal.localaws.sagemaker.models", "SageMakerBackend"),
)

PATCHES: tuple[Patch, ...] = (
    Patch("rehearsal.localaws.moto_bridge.moto_time", "moto.core.utils"),
    Patch("rehearsal.localaws.moto_bridge.moto_lookup", "moto.core.base_backend"),
    Patch("rehearsal.localaws.moto_bridge.moto_untracked", "moto.core.common_models"),
    Patch("rehearsal.localaws.authorizer.iam.managed_policies", "moto.iam.models"),
    Patch("rehearsal.localaws.authorizer.gate", "moto.core.authorization"),
    Patch("rehearsal.localaws.authorizer.buckets", "moto.s3.models"),
    Patch("rehearsal.localaws.sagemakerruntime.wire", "moto.sagemaker.models"),
    Patch("rehearsal.localaws.sagemaker.hosting.health", "moto.sagemaker.models"),
    Patch("rehearsal.localaws.sagemaker.hosting.utilization_metrics", "moto.sagemaker.models"),
    Patch("rehearsal.localaws.alarms.operations", "moto.cloudwatch.models"),
    Patch("rehearsal.localaws.alarms.transitions", "moto.cloudwatch.models"),
    Patch("rehearsal.localaws.alarms.evaluation", "moto.cloudwatch.models"),
    Patch("rehearsal.localaws.services.queue_metrics", "moto.sqs.models"),
    Patch("rehearsal.localaws.sagemaker.hosting.autoscaling", "moto.applicationautoscaling.models"),
    Patch("rehearsal.localaws.services.statemachines", "moto.stepfunctions.models"),
    Patch("rehearsal.localaws.codecommit.git_http", "moto.codecommit.models"),
    Patch("rehearsal.localaws.codepipeline.polling", "moto.codepipeline.models"),
    Patch("rehearsal.localaws.events.delivery", "moto.events.models"),
    Patch("rehearsal.localaws.events.operations", "moto.events.models"),
    Patch("rehearsal.localaws.events.timetable", "moto.events.models"),
    Patch("rehearsal.localaws.events.timetable", "moto.scheduler.models"),
    Patch("rehearsal.localaws.events.bucket_notifications", "moto.s3.models"),
    Patch("rehearsal.localaws.storage.objects", "moto.s3.models"),
    Patch("rehearsal.localaws.events.topics", "moto.sns.models"),
    Patch("rehearsal.localaws.events.approvals", "moto.sns.models"),
    Patch("rehearsal.localaws.events.approvals", "moto.codepipeline.models"),
)
"""What is done where there is no class to replace."""

_waiting: list[Patch] = list(PATCHES)

STAND_IN = Patch("rehearsal.localaws.cloudformation.stand_in", "moto.cloudformation")
"""Takes the place of moto's package, and therefore comes before it."""


def install() -> None:
    """Have our services put into moto as they are needed; call once, before the first request.

    Raises:
        RuntimeError: when moto's backend has been used already, so that replacing it would come too late.
    """
    on_import.before(STAND_IN.needed_with, lambda: import_module(STAND_IN.module).install())
    for replacement in REPLACEMENTS:
        on_import.after(f"moto.{replacement.moto_service}.models", partial(_replace, replacement))
    catch_up()


def is_behind() -> bool:
    """Whether a service has been loaded whose patches are not in place."""
    return any(patch.needed_with in sys.modules for patch in _waiting)


def catch_up() -> None:
    """Put the patches of all services in place that are loaded by now.

    Not done within the import itself: a patch's module imports others, which would find moto's half-made. The front calls
    this before it hands a request on, while nothing else is being loaded.
    """
    while is_behind():
        due = [patch for patch in _waiting if patch.needed_with in sys.modules]
        done = dict.fromkeys(patch.module for patch in due)
        for module in done:
            import_module(module).install()
        # only now: whoever finds nothing waiting hands its request on at once
        _waiting[:] = [patch for patch in _waiting if patch.module not in done]


def _replace(replacement: Replacement) -> None:
    backends = getattr(import_module(f"moto.{replacement.moto_service}.models"), replacement.backends)
    if len(backends):
        raise RuntimeError(f"moto's {replacement.moto_service} was used before the embedded AWS was wired")
    backends.backend = _loading(replacement)


def _loading(replacement: Replacement) -> Callable[..., Any]:
    """Makes a backend of ours, and loads its module only then: that module itself may be what imports moto's."""

    def make(*args: Any, **named: Any) -> Any:
        return getattr(import_module(replacement.module), replacement.backend_class)(*args, **named)

    return make
