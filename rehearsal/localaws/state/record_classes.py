"""The classes whose records a snapshot may hold: an exact list of ours, and of moto's those of its models.

What stands in neither is not kept, and the log names it: a room that keeps a new class adds it to :data:`_OURS`. A
class that runs a program, opens a connection or removes files for what its own members say does not belong there.
"""

import re
import sys
import threading
from functools import cache
from importlib import import_module

_OURS = {
    "alarms.history": "Item",
    "authorizer.iam.managed_policies": "ManagedPolicies",
    "authorizer.iam.models": "IamBackend",
    "authorizer.sts.models": "Session UserSession StsBackend",
    "authorizer.usage": "_Usage",
    "cloudformation.callbacks": "Mailbox",
    "cloudformation.cancellation": "Cancellation",
    "cloudformation.changesets": "ChangeSet",
    "cloudformation.models": "CloudFormationBackend",
    "cloudformation.outputs": "Exports",
    "cloudformation.parameters": "ParameterValue Given",
    "cloudformation.plan": "Action Replacement Unknown PropertyChange Change",
    "cloudformation.signals": "Signals",
    "cloudformation.stack": "Blueprint Resource Event Output Stack",
    "cloudformation.stack_policy": "StackPolicy",
    "cloudformation.statuses": "StackStatus ResourceStatus ChangeSetStatus ExecutionStatus",
    "cloudformation.template": "ResourceDeclaration Template",
    "codebuild.models": "Build CodeBuildBackend",
    "codebuild.reports.records": "Report",
    "codebuild.reports.results": "Status Case Coverage",
    "codebuild.workspace": "PhaseResult ShellResult",
    "codecommit.models": "RepositoryRecord CodeCommitBackend",
    "codepipeline.action_types": "Counts TypeRules",
    "codepipeline.definition": (
        "Mode Gate Result RetryMode ActionType Declared Rule Action Condition Stage ArtifactStore Definition"
    ),
    "codepipeline.models": "CustomActionType Records CodePipelineBackend",
    "codepipeline.records": (
        "ExecutionStatus StageStatus RunStatus ConditionStatus JobStatus ErrorDetails Artifact Revision Job Run "
        "ActionRun RuleRun ConditionRun GateRun Phase StageRun Execution Transition Pipeline"
    ),
    "codepipeline.triggers": "Criteria PushFilter Trigger Push",
    "door.faults": "Kind Fault",
    "events.schedules": "Rate Once CronSchedule",
    "events.timetable": "Entry",
    "functions.configuration": "Configuration",
    "functions.destinations": "Condition Event Policy",
    "functions.models": "Function FunctionsBackend",
    "ground.cron": "Cron",
    "ground.host": "Credentials",
    "sagemaker.code_repositories": "CodeRepository",
    "sagemaker.hosting.autoscaling": "Metric Tracking",
    "sagemaker.hosting.capture": "Settings",
    "sagemaker.hosting.endpoint": "EndpointStatus Lease Endpoint",
    "sagemaker.hosting.endpoint_config": "Serverless Variant EndpointConfig",
    "sagemaker.hosting.fleet": "RunningVariant Fleet",
    "sagemaker.hosting.model": "Container Model",
    "sagemaker.hosting.traffic": "Routing Step Rollout",
    "sagemaker.models": "SageMakerBackend",
    "sagemaker.named": "Catalogue",
    "sagemaker.pipelines.caching": "Hit",
    "sagemaker.pipelines.conditions": "Comparison Within Not Or",
    "sagemaker.pipelines.definition": "Cache PropertyFile Branches Branch Step Experiment Definition",
    "sagemaker.pipelines.expressions": "ParameterValue ExecutionVariable StepProperty Join JsonOfFile JsonOfObject",
    "sagemaker.pipelines.parameters": "Parameter",
    "sagemaker.pipelines.records": ("ExecutionStatus StepStatus Caller Miss StepRun Execution Version Pipeline Store"),
    "sagemaker.pipelines.retries": "Fault RetryPolicy",
    "sagemaker.pipelines.steps.kind": "Kind",
    "sagemaker.processing.job": "Status ProcessingJob",
    "sagemaker.projects.record": "Project",
    "sagemaker.registry.lineage": "Vertex Edge",
    "sagemaker.registry.package": "Group Package",
    "sagemaker.tags": "TagStore",
    "sagemaker.training.job": "Status Phase Trial TrainingJob",
    "sagemaker.transform.data_processing": "Processing",
    "sagemaker.transform.job": "Status Plan TransformJob",
    "sagemaker.transform.records": "Split Strategy",
    "sagemaker.tuning.ranges": "Scaling Continuous Integer Categorical Space",
    "sagemaker.tuning.records": "Status TrialStatus Objective Definition Outcome Trial Limits TuningJob",
    "sagemaker.usage": "Usage Process",
    "servicecatalog.models": "ServiceCatalogBackend",
    "servicecatalog.records": "Portfolio Artifact Product Constraint Record Provisioned",
    "services.logs": "LogStream",
    "stepfunctions.executions": "Recorded",
    "state.factories": "LocalFunction RecordFactory",
}
"""Modules of the embedded AWS, and the names of their record classes."""

_OTHERS = {
    "moto.awslambda.policy": "Policy",
    "moto.kms.utils": "RSAPrivateKey",
    "moto.logs.metric_filters": "MetricFilters",
    "moto.s3.utils": "_VersionedKeyStore",
    "moto.utilities.tagging_service": "TaggingService",
    "moto.utilities.utils": "LowercaseDict",
    "requests.structures": "CaseInsensitiveDict",
}
_LISTED = {f"rehearsal.localaws.{module}": names for module, names in _OURS.items()} | _OTHERS
RECORD_CLASSES = {module: frozenset(names.split()) for module, names in _LISTED.items()}
"""Module and names of every class that is listed."""

_MOTO_MODELS = re.compile(r"moto\.\w+\.models(\.\w+)*|moto\.stepfunctions\.parser\.(api|models|backend(\.\w+)*)")


class NotKept(Exception):
    """Something that no snapshot holds."""


def name_of(kind: type) -> str:
    """``module:Class``.

    Raises:
        NotKept: it is none of the record classes.
    """
    name = f"{kind.__module__}:{kind.__qualname__}"
    if class_named(name) is not kind:
        raise NotKept(f"{name} is not the class that is found under this name")
    return name


@cache
def class_named(name: str) -> type:
    """The class again. No module is imported for that but one in which record classes are defined.

    Raises:
        NotKept: it is none of the record classes; names with a dot, of what lies within another thing, are not looked
        up at all.
    """
    module, _, own = name.partition(":")
    if not own.isidentifier() or not _may_be(module, own):
        raise NotKept(f"{name} is not among the record classes of a snapshot")
    found = vars(sys.modules.get(module) or import_module(module)).get(own)
    if not isinstance(found, type) or found.__module__ != module or issubclass(found, threading.Thread | BaseException):
        raise NotKept(f"{name} is not a record class")
    return found


def _may_be(module: str, own: str) -> bool:
    listed = RECORD_CLASSES.get(module)
    return own in listed if listed else _MOTO_MODELS.fullmatch(module) is not None
