"""The API of CodeCommit, as far as a pipeline's source and its user need it; the rest is git's own over HTTP."""

import re
from typing import Any

from moto.codecommit.exceptions import InvalidRepositoryNameException
from moto.codecommit.models import codecommit_backends

from rehearsal.localaws.codecommit import models
from rehearsal.localaws.codecommit.commits import MODES, CommitOperations
from rehearsal.localaws.codecommit.models import CodeCommitBackend, RepositoryRecord
from rehearsal.localaws.ground import constraints
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.services.api import ServiceApi

_NAME = re.compile(r"[\w.-]{1,100}", re.ASCII)


class CodeCommitApi(CommitOperations, ServiceApi):
    """One request to CodeCommit."""

    params: dict[str, Any]

    def __init__(self) -> None:
        super().__init__(service_name="codecommit")

    def check_request(self) -> None:
        """Hold the parameters against the service model."""
        names = [self.params[each] for each in ("repositoryName", "oldName", "newName") if each in self.params]
        if not all(map(_NAME.fullmatch, names)):
            raise InvalidRepositoryNameException
        constraints.check("codecommit", self._get_action(), self.params)

    @property
    def backend(self) -> CodeCommitBackend:
        found: CodeCommitBackend = codecommit_backends[self.current_account][self.region]
        return found

    @property
    def repository(self) -> RepositoryRecord:
        return self.backend.repository(self.params["repositoryName"])

    def create_repository(self) -> dict[str, Any]:
        """Make an empty repository."""
        description, tags = self.params.get("repositoryDescription"), self.params.get("tags", {})
        return {
            "repositoryMetadata": self._metadata(self.backend.create(self.params["repositoryName"], description, tags))
        }

    def get_repository(self) -> dict[str, Any]:
        """Its metadata, with the URL to clone from."""
        return {"repositoryMetadata": self._metadata(self.repository)}

    def _metadata(self, record: RepositoryRecord) -> dict[str, Any]:
        metadata = {
            "accountId": self.current_account,
            "repositoryId": record.id,
            "repositoryName": record.name,
            "repositoryDescription": record.description,
            "defaultBranch": record.default_branch,
            "lastModifiedDate": record.changed_at,
            "creationDate": record.created_at,
            "cloneUrlHttp": record.clone_url,
            "cloneUrlSsh": record.clone_url_ssh,
            "Arn": record.arn,
        }
        return {name: value for name, value in metadata.items() if value is not None}

    def list_repositories(self) -> dict[str, Any]:
        """All of them, by name."""
        records = sorted(self.backend.repositories.values(), key=lambda record: record.name)
        return {"repositories": [{"repositoryName": record.name, "repositoryId": record.id} for record in records]}

    def update_repository_description(self) -> None:
        """Another description, or none."""
        self.repository.description = self.params.get("repositoryDescription")

    def update_repository_name(self) -> None:
        """Another name, with the ARN and the URLs that have it."""
        self.backend.rename(self.params["oldName"], self.params["newName"])

    def delete_repository(self) -> dict[str, Any]:
        """Remove a repository; one that is not there is no error."""
        record = self.backend.repositories.pop(self.params["repositoryName"], None)
        if record is None:
            return {}
        record.git.delete()
        return {"repositoryId": record.id}

    def get_branch(self) -> dict[str, Any]:
        """The commit that a branch points at."""
        name = self.params.get("branchName", "")
        return {"branch": {"branchName": name, "commitId": self._tip(name)}}

    def _tip(self, branch: str) -> str:
        tip = self.repository.git.branches().get(branch)
        if tip is None:
            raise AwsError("BranchDoesNotExistException", f"Branch {branch} does not exist")
        return tip

    def list_branches(self) -> dict[str, Any]:
        """The names of all branches."""
        return {"branches": sorted(self.repository.git.branches())}

    def create_branch(self) -> None:
        """A new branch at a commit."""
        record, name = self.repository, self.params["branchName"]
        if not record.git.is_good_branch_name(name):
            raise AwsError("InvalidBranchNameException", f"{name} is not a valid branch name")
        if name in record.git.branches():
            raise AwsError("BranchNameExistsException", f"Branch named {name} already exists")
        commit = self._commit(record, self.params["commitId"])
        before = record.git.references()
        record.git.set_branch(name, commit)
        models.announce(record, before, self.caller_arn)

    def _commit(self, record: RepositoryRecord, specifier: str) -> str:
        commit = record.git.commit_id(specifier)
        if commit is None:
            raise AwsError("CommitDoesNotExistException", f"The commit {specifier} does not exist in {record.name}")
        return commit

    def delete_branch(self) -> dict[str, Any]:
        """Remove a branch, but the default one."""
        record, name = self.repository, self.params["branchName"]
        if name == record.default_branch:
            raise AwsError("DefaultBranchCannotBeDeletedException", f"The default branch {name} cannot be deleted")
        tip, before = self._tip(name), record.git.references()
        record.git.delete_branch(name)
        models.announce(record, before, self.caller_arn)
        return {"deletedBranch": {"branchName": name, "commitId": tip}}

    def get_commit(self) -> dict[str, Any]:
        """Message, author, committer and parents of a commit."""
        record = self.repository
        commit_id = record.git.commit_id(self.params["commitId"])
        if commit_id is None:
            raise AwsError("CommitIdDoesNotExistException", f"The commit {self.params['commitId']} does not exist")
        fields = record.git.commit_fields(commit_id)
        return {
            "commit": {
                "commitId": commit_id,
                "treeId": fields["tree"],
                "parents": fields["parents"].split(),
                "message": fields["message"],
                "author": {"name": fields["an"], "email": fields["ae"], "date": fields["ad"]},
                "committer": {"name": fields["cn"], "email": fields["ce"], "date": fields["cd"]},
            }
        }

    def get_file(self) -> dict[str, Any]:
        """A file of a commit, or of the default branch."""
        record = self.repository
        commit = self._commit(record, self.params.get("commitSpecifier") or record.default_branch or "HEAD")
        path = self.params["filePath"].lstrip("/")
        found = record.git.file(commit, path)
        if found is None:
            raise AwsError("FileDoesNotExistException", f"{path} does not exist in commit {commit}")
        mode, blob, content = found
        names = {number: name for name, number in MODES.items()}
        return {
            "commitId": commit,
            "blobId": blob,
            "filePath": path,
            "fileMode": names[mode],
            "fileSize": len(content),
            "fileContent": content,
        }

    def list_tags_for_resource(self) -> dict[str, Any]:
        """The tags of a repository."""
        return {"tags": self._by_arn().tags}

    def tag_resource(self) -> None:
        """Add or replace tags."""
        self._by_arn().tags.update(self.params["tags"])

    def untag_resource(self) -> None:
        """Remove tags."""
        for key in self.params["tagKeys"]:
            self._by_arn().tags.pop(key, None)

    def _by_arn(self) -> RepositoryRecord:
        return self.backend.repository(self.params["resourceArn"].rpartition(":")[2])
