"""Git repositories that SageMaker knows by a name, for notebook instances: a record, as on AWS.

https://docs.aws.amazon.com/sagemaker/latest/dg/nbi-git-resource.html
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.sagemaker import listing


@dataclass
class CodeRepository:
    """A repository's name, ARN and where it is."""

    name: str
    arn: str
    git_config: dict[str, str]
    created_at: datetime
    modified_at: datetime

    def description(self) -> dict[str, Any]:
        """The answer of DescribeCodeRepository, and one entry of ListCodeRepositories."""
        return {
            "CodeRepositoryName": self.name,
            "CodeRepositoryArn": self.arn,
            "CreationTime": self.created_at,
            "LastModifiedTime": self.modified_at,
            "GitConfig": self.git_config,
        }


class CodeRepositoryOperations:
    """The five operations on them, and notebook instances, which name them."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def create_code_repository(self) -> dict[str, str]:
        known, name, now = self.sagemaker_backend.code_repositories, self.params["CodeRepositoryName"], clock.now()
        known.add(CodeRepository(name, known.arn(name), dict(self.params["GitConfig"]), now, now))
        self.sagemaker_backend.tag_store.put(known.arn(name), self.params.get("Tags"))
        return {"CodeRepositoryArn": known.arn(name)}

    def describe_code_repository(self) -> dict[str, Any]:
        return self._named().description()

    def list_code_repositories(self) -> dict[str, Any]:
        rows = [each.description() for each in self.sagemaker_backend.code_repositories]
        orders = {"LastModifiedTime": "LastModifiedTime"}
        params = {"SortBy": "Name", "SortOrder": "Ascending", **self.params}
        return listing.page(rows, params, into="CodeRepositorySummaryList", name="CodeRepositoryName", orders=orders)

    def update_code_repository(self) -> dict[str, str]:
        """AWS lets the secret change, and nothing else."""
        repository = self._named()
        repository.git_config |= self.params.get("GitConfig") or {}
        repository.modified_at = clock.now()
        return {"CodeRepositoryArn": repository.arn}

    def delete_code_repository(self) -> None:
        repository = self._named()
        self.sagemaker_backend.code_repositories.remove(repository.name)
        self.sagemaker_backend.tag_store.forget(repository.arn)

    def create_notebook_instance(self) -> Any:
        """moto's, once the repositories that it names are there."""
        given = [self.params.get("DefaultCodeRepository"), *(self.params.get("AdditionalCodeRepositories") or ())]
        for name in given:
            if name and "://" not in name:
                self.sagemaker_backend.code_repositories.get(name)
        return super().create_notebook_instance()  # type: ignore[misc]

    def _named(self) -> CodeRepository:
        found: CodeRepository = self.sagemaker_backend.code_repositories.get(self.params["CodeRepositoryName"])
        return found
