"""The rooms of the embedded AWS, a row each: what of moto a room replaces, what it keeps, what it offers beyond AWS.

Rooms are named here and imported elsewhere, when they are needed: a row holds the names of modules, relative to the
room. ``tests/unit/test_rooms.py`` finds a module that keeps, offers or installs something and stands in no row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

_PACKAGE = "rehearsal.localaws"


class Replacement(NamedTuple):
    """A moto service (its package and BackendDict) and the class of ours that serves it, in the room's ``models``."""

    moto_service: str
    backends: str
    backend_class: str


class Patch(NamedTuple):
    """A module whose ``install()`` changes or starts something, and the moto module with which that becomes needed."""

    module: str
    needed_with: str


@dataclass(frozen=True)
class Room:
    """One room. ``keeps``: modules with a part in every snapshot, or with work to set going after a restart.

    ``offers``: names below ``/_rehearsal/`` and the module that answers them.
    """

    name: str
    replaces: Replacement | None = None
    patches: tuple[Patch, ...] = ()
    keeps: tuple[str, ...] = ()
    offers: Mapping[str, str] = field(default_factory=dict)

    def module(self, name: str) -> str:
        """The full name of a module of this room."""
        return f"{_PACKAGE}.{self.name}.{name}"


ROOMS = (
    Room(
        "moto_bridge",
        patches=(
            Patch("moto_once", "moto.core.responses"),
            Patch("service_models", "moto.core.responses"),
            Patch("moto_time", "moto.core.utils"),
            Patch("moto_lookup", "moto.core.base_backend"),
            Patch("moto_untracked", "moto.core.common_models"),
            Patch("moto_partiql", "moto.dynamodb.models"),
            Patch("moto_conditions", "moto.dynamodb.models"),
        ),
    ),
    Room(
        "storage",
        patches=(
            Patch("lean_objects", "moto.s3.models"),
            Patch("objects", "moto.s3.models"),
            Patch("bucket_names", "moto.s3.models"),
            Patch("xml_bodies", "moto.s3.responses"),
        ),
    ),
    Room("door", keeps=("faults",), offers={"faults": "faults"}),
    Room(
        "authorizer",
        patches=(Patch("gate", "moto.core.authorization"), Patch("buckets", "moto.s3.models")),
        keeps=("accounts", "usage"),
        offers={"accounts": "accounts", "iam/usage": "usage", "role-session": "role_session"},
    ),
    Room(
        "authorizer.iam",
        Replacement("iam", "iam_backends", "IamBackend"),
        patches=(Patch("managed_policies", "moto.iam.models"),),
    ),
    Room("authorizer.sts", Replacement("sts", "sts_backends", "StsBackend")),
    Room(
        "services",
        patches=(
            Patch("parameters", "moto.ssm.models"),
            Patch("passwords", "moto.secretsmanager.models"),
            Patch("queue_metrics", "moto.sqs.models"),
            Patch("queues", "moto.sqs.responses"),
            Patch("registries", "moto.ecr.models"),
            Patch("streams", "moto.dynamodbstreams.models"),
            Patch("log_history", "moto.logs.models"),
            Patch("log_groups", "moto.logs.models"),
            Patch("log_search", "moto.logs.responses"),
            Patch("embedded_metrics", "moto.logs.models"),
            Patch("secrets", "moto.secretsmanager.models"),
            Patch("encryption_keys", "moto.kms.responses"),
        ),
    ),
    Room(
        "events",
        patches=(
            Patch("delivery", "moto.events.models"),
            Patch("operations", "moto.events.models"),
            Patch("timetable", "moto.events.models"),
            Patch("timetable", "moto.scheduler.models"),
            Patch("bucket_notifications", "moto.s3.models"),
            Patch("topics", "moto.sns.models"),
            Patch("confirmations", "moto.sns.responses"),
            Patch("approvals", "moto.sns.models"),
            Patch("approvals", "moto.codepipeline.models"),
        ),
        keeps=("approvals", "confirmations", "mailbox", "timetable"),
        offers={"mailbox": "mailbox"},
    ),
    Room(
        "alarms",
        patches=(
            Patch("operations", "moto.cloudwatch.models"),
            Patch("transitions", "moto.cloudwatch.models"),
            Patch("evaluation", "moto.cloudwatch.models"),
            Patch("metric_history", "moto.cloudwatch.models"),
            Patch("metric_queries", "moto.cloudwatch.models"),
        ),
        keeps=("history",),
    ),
    Room("stepfunctions", patches=(Patch("executions", "moto.stepfunctions.models"),)),
    Room(
        "functions",
        Replacement("awslambda", "lambda_backends", "FunctionsBackend"),
        keeps=("asynchronous", "event_sources.queue_poller"),
    ),
    Room("codebuild", Replacement("codebuild", "codebuild_backends", "CodeBuildBackend"), keeps=("runner",)),
    Room(
        "codecommit",
        Replacement("codecommit", "codecommit_backends", "CodeCommitBackend"),
        patches=(Patch("git_http", "moto.codecommit.models"),),
        keeps=("models",),
    ),
    Room("cloudformation", keeps=("callbacks", "models")),
    Room("servicecatalog", Replacement("servicecatalog", "servicecatalog_backends", "ServiceCatalogBackend")),
    Room(
        "codepipeline",
        Replacement("codepipeline", "codepipeline_backends", "CodePipelineBackend"),
        patches=(Patch("polling", "moto.codepipeline.models"),),
        keeps=("connections", "engine", "pushes"),
        offers={"repositories": "connections", "pipeline-jobs": "job_events"},
    ),
    Room(
        "sagemaker",
        Replacement("sagemaker", "sagemaker_backends", "SageMakerBackend"),
        patches=(
            Patch("hosting.health", "moto.sagemaker.models"),
            Patch("hosting.utilization_metrics", "moto.sagemaker.models"),
            Patch("hosting.autoscaling", "moto.applicationautoscaling.models"),
        ),
        keeps=("hosting.autoscaling", "pipelines.engine", "quotas", "resume", "tuning.engine"),
        offers={
            "quotas": "quotas",
            "interrupt-training": "training.interruption",
            "model-pipelines": "pipelines.reuse",
        },
    ),
    Room(
        "entrance",
        patches=(Patch("contract.seam", "moto.core.responses"), Patch("error_bodies", "moto.core.responses")),
    ),
    Room("sagemakerruntime", patches=(Patch("wire", "moto.sagemaker.models"),)),
)
"""From the ground up. Patches are installed in this order."""


def replacements() -> Iterator[tuple[str, Replacement]]:
    """Each replaced service, with the full name of the module that has the class."""
    return ((room.module("models"), room.replaces) for room in ROOMS if room.replaces)


def patches() -> Iterator[Patch]:
    """Every patch, its module by its full name."""
    return (Patch(room.module(module), moto) for room in ROOMS for module, moto in room.patches)


def keepers() -> Iterator[str]:
    """The full names of the modules that keep something."""
    return (room.module(name) for room in ROOMS for name in room.keeps)


def offering(name: str) -> str | None:
    """The full name of the module that answers ``/_rehearsal/<name>``; None for what no room offers."""
    return next((room.module(room.offers[name]) for room in ROOMS if name in room.offers), None)
