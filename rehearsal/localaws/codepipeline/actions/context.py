"""What a provider gets to work with, and how it says that it failed."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.codepipeline.definition import ArtifactStore, Declared
from rehearsal.localaws.codepipeline.records import Artifact, ErrorDetails, Execution, Pipeline, Run
from rehearsal.localaws.ground import arns
from rehearsal.localaws.ground.errors import AwsError, describe
from rehearsal.localaws.ground.host import Credentials

PRINCIPAL = "codepipeline.amazonaws.com"
_DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation", "403", "Forbidden")
_MISCONFIGURED = ("NotFound", "NoSuch", "Invalid", "Validation", "404")


class ActionFailed(Exception):
    """An action failed; ``code`` and the text become the error details that users see.

    ``external_id`` is that of what failed in the other service, a build say: who looks for its log goes by it.
    """

    def __init__(self, code: str, message: str, external_id: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.external_id = external_id


def failure_of(error: BaseException) -> ErrorDetails:
    """The error details for whatever a provider raised."""
    if isinstance(error, ActionFailed):
        return ErrorDetails(error.code, str(error)[:5000])
    code = _code_of(error)
    if code in _DENIED:
        return ErrorDetails(
            "PermissionError",
            "The provided role does not have sufficient permissions to perform this action. Underlying error: "
            f"{describe(error)}",
        )
    kind = "ConfigurationError" if any(part in code for part in _MISCONFIGURED) else "JobFailed"
    return ErrorDetails(kind, describe(error)[:5000])


def _code_of(error: BaseException) -> str:
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", ""))
    return str(error.code) if isinstance(error, AwsError) else ""


@dataclass(frozen=True)
class Context:
    """One run of an action or rule, as its provider sees it: a snapshot, safe to read from any thread."""

    pipeline_name: str
    pipeline_arn: str
    account_id: str
    region: str
    execution_id: str
    run_id: str
    stage: str
    declared: Declared
    configuration: Mapping[str, str]
    inputs: tuple[Artifact, ...]
    outputs: tuple[Artifact, ...]
    role_arn: str
    pipeline_role_arn: str
    store: ArtifactStore
    approval_token: str | None
    continuation_token: str | None
    job_id: str | None
    source_override: Mapping[str, str] | None
    started_at: float
    withdrawn: threading.Event

    @classmethod
    def of(
        cls,
        pipeline: Pipeline,
        execution: Execution,
        run: Run,
        withdrawn: threading.Event,
        *,
        job_id: str | None = None,
    ) -> "Context":
        """The context of a run, read from the records under the engine's lock."""
        region = run.declared.region or pipeline.region
        return cls(
            pipeline_name=pipeline.name,
            pipeline_arn=pipeline.arn,
            account_id=pipeline.account_id,
            region=region,
            execution_id=execution.id,
            run_id=run.id,
            stage=run.stage,
            declared=run.declared,
            configuration=dict(run.configuration),
            inputs=tuple(run.inputs),
            outputs=tuple(run.outputs),
            role_arn=run.declared.role_arn or execution.definition.role_arn,
            pipeline_role_arn=execution.definition.role_arn,
            store=execution.definition.stores[region],
            approval_token=run.approval_token,
            continuation_token=run.continuation_token,
            job_id=job_id,
            source_override=execution.source_overrides.get(run.declared.name),
            started_at=run.started_at,
            withdrawn=withdrawn,
        )

    def credentials(self) -> Credentials:
        """A session of the action's role, which the pipeline's role assumes; of the pipeline's where the action has
        none. https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_ActionDeclaration.html"""
        own = self._session()
        return own if self.role_arn == self.pipeline_role_arn else self._further_session(own)

    @property
    def acting_account_id(self) -> str:
        """The account that the action works in: that of its role."""
        return arns.account_of(self.role_arn)

    def pipeline_client(self, service: str) -> Any:
        """A boto3 client that acts as the pipeline's role, in the action's region: for what CodePipeline itself
        does."""
        return identity.client(service, self._session(), self.region)

    def _session(self) -> Credentials:
        try:
            return identity.assume_role(
                self.pipeline_role_arn, self.pipeline_name, service=PRINCIPAL, region=self.region
            )
        except AwsError as error:
            raise ActionFailed(
                "PermissionError",
                f"CodePipeline is not authorized to perform AssumeRole on the role {self.pipeline_role_arn}. Check "
                f"that the role exists and that its trust policy allows {PRINCIPAL}.",
            ) from error

    def _further_session(self, own: Credentials) -> Credentials:
        try:
            return identity.assume_role_through(own, self.role_arn, self.pipeline_name, region=self.region)
        except AwsError as error:
            raise ActionFailed(
                "PermissionError",
                f"The role {self.pipeline_role_arn} is not authorized to perform AssumeRole on the role "
                f"{self.role_arn}. Check that the role exists, that its trust policy allows the pipeline's role or its "
                "account, and that the pipeline's role has the permission sts:AssumeRole on it.",
            ) from error

    def client(self, service: str) -> Any:
        """A boto3 client that acts as the action's role."""
        return identity.client(service, self.credentials(), self.region)

    def required(self, key: str) -> str:
        """A configuration value that may not be missing."""
        value = self.configuration.get(key)
        if not value:
            raise ActionFailed(
                "ConfigurationError", f"The configuration of action {self.declared.name} lacks the required key {key}."
            )
        return value
