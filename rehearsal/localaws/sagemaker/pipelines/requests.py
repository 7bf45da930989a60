"""What the operations of this room share: finding records, idempotency tokens, who is asking."""

import json
from collections.abc import Callable
from typing import Any

from rehearsal.localaws.authorizer import principals
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker.pipelines.records import Caller, Execution, Pipeline, Store, Version

DEFAULT_PAGE = 100
_MOST_ANSWERS = 10_000


class PipelineRequests:
    """The base of the operations' parts."""

    params: dict[str, Any]
    region: str
    sagemaker_backend: Any
    access_key: Any

    @property
    def _store(self) -> Store:
        found: Store = self.sagemaker_backend.model_pipelines
        return found

    def _pipeline(self, name_or_arn: str) -> Pipeline:
        """The pipeline of a name or ARN.

        Raises:
            AwsError: ResourceNotFound.
        """
        found = self._store.pipelines.get(name_or_arn.rpartition("/")[2])
        if found is None:
            raise AwsError("ResourceNotFound", f"Pipeline '{name_or_arn}' does not exist.")
        return found

    def _version(self, pipeline: Pipeline) -> Version:
        """The version that the request names by number or alias, else the latest.

        Raises:
            AwsError: ResourceNotFound; ValidationException, for both.
        """
        number, alias = self.params.get("PipelineVersionId"), self.params.get("PipelineVersionAlias")
        if number is not None and alias is not None:
            raise AwsError("ValidationException", "Give PipelineVersionId or PipelineVersionAlias, not both.")
        if alias is not None:
            found = next((each for each in pipeline.versions.values() if alias in each.aliases), None)
        else:
            found = pipeline.latest if number is None else pipeline.versions.get(number)
        if found is None:
            raise AwsError(
                "ResourceNotFound",
                f"Pipeline '{pipeline.name}' has no version '{alias if number is None else number}'.",
            )
        return found

    def _execution(self, arn: str) -> Execution:
        """The execution of an ARN.

        Raises:
            AwsError: ResourceNotFound.
        """
        for pipeline in self._store.pipelines.values():
            if arn in pipeline.executions:
                return pipeline.executions[arn]
        raise AwsError("ResourceNotFound", f"Pipeline execution with ARN {arn} does not exist.")

    def _aliases(self, execution: Execution) -> list[str]:
        pipeline = self._store.pipelines.get(execution.pipeline_name)
        version = pipeline.versions.get(execution.version) if pipeline else None
        return list(version.aliases) if version else []

    def _once(self, operation: str, act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Answer a request; one with the same ClientRequestToken gets the same answer again, and nothing is done.

        Raises:
            AwsError: ConflictException, when the token came with another request.
        """
        token = self.params.get("ClientRequestToken")
        if token is None:
            return act()
        asked = json.dumps(self.params, sort_keys=True, default=str)
        answers = self._store.answers
        if (operation, token) in answers:
            before, answer = answers[operation, token]
            if before != asked:
                raise AwsError("ConflictException", f"The ClientRequestToken {token} was used with another request.")
            return answer
        answer = act()
        answers[operation, token] = (asked, answer)
        while len(answers) > _MOST_ANSWERS:
            del answers[next(iter(answers))]
        return answer

    def _caller(self) -> Caller:
        """Who signed the request."""
        principal = principals.find(self.access_key)
        if principal is None:
            return Caller(f"arn:aws:iam::{self.sagemaker_backend.account_id}:root", self.sagemaker_backend.account_id)
        return Caller(principal.arn, principal.user_id)

    def _is_within(self, created_at: float) -> bool:
        """Whether a moment lies between CreatedAfter and CreatedBefore."""
        after, before = self.params.get("CreatedAfter"), self.params.get("CreatedBefore")
        return (after is None or created_at > after.timestamp()) and (before is None or created_at < before.timestamp())
