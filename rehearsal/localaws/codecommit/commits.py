"""Commits made through CodeCommit's API, without git at the caller's: PutFile and CreateCommit."""

import base64
from collections.abc import Callable
from typing import Any

from rehearsal.localaws.codecommit import models
from rehearsal.localaws.codecommit.models import RepositoryRecord
from rehearsal.localaws.codecommit.repository import Author, Commit, Content, GitFailed
from rehearsal.localaws.ground.errors import AwsError

MODES = {"NORMAL": "100644", "EXECUTABLE": "100755", "SYMLINK": "120000"}
_NAMES = {number: name for name, number in MODES.items()}
_MAKER = ("CodeCommit", "codecommit@rehearsal.invalid")


class CommitOperations:
    """What of CodeCommit's API makes commits."""

    params: dict[str, Any]
    caller_arn: str

    @property
    def repository(self) -> RepositoryRecord:
        """The repository that the request names."""
        raise NotImplementedError

    def put_file(self) -> dict[str, Any]:
        """Commit one file; the branch's present commit has to be named, but in an empty repository."""
        path = self.params["filePath"].lstrip("/")
        mode = MODES[self.params.get("fileMode", "NORMAL")]
        changes: dict[str, Content | None] = {path: Content(_bytes(self.params["fileContent"]), mode)}
        made = self._committed(lambda _: changes, author=self.params.get("name"), message=f"Put {path}")
        return {"commitId": made.id, "blobId": made.blobs[path], "treeId": made.tree}

    def create_commit(self) -> dict[str, Any]:
        """Commit files that are put, removed, or get another mode, all at once."""
        if self.params.get("keepEmptyFolders"):
            raise AwsError("NotImplemented", "The embedded CodeCommit does not offer keepEmptyFolders of CreateCommit")
        if not any(self.params.get(name) for name in ("putFiles", "deleteFiles", "setFileModes")):
            raise AwsError("FileEntryRequiredException", "At least one file entry must be specified.")
        record, changed = self.repository, dict[str, Content | None]()
        before = record.git.branches().get(self.params["branchName"])

        def changes(tip: str | None) -> dict[str, Content | None]:
            changed.update(self._changes(record, tip))
            return changed

        made = self._committed(changes, author=self.params.get("authorName"), message="", refuses_same=True)
        was = {path: record.git.file(before, path) if before else None for path in changed}
        put = [(path, made.blobs[path], content.mode) for path, content in changed.items() if content is not None]
        gone = [(path, file[1], file[0]) for path, file in was.items() if changed[path] is None and file is not None]
        return {
            "commitId": made.id,
            "treeId": made.tree,
            "filesAdded": [_told(*each) for each in put if was[each[0]] is None],
            "filesUpdated": [_told(*each) for each in put if was[each[0]] is not None],
            "filesDeleted": [_told(*each) for each in gone],
        }

    def _changes(self, record: RepositoryRecord, tip: str | None) -> dict[str, Content | None]:
        found: dict[str, Content | None] = {}

        def change(path: str, content: Content | None) -> None:
            if path in found:
                raise AwsError("SamePathRequestException", f"The path {path} is named more than once.")
            found[path] = content

        def present(path: str) -> Content:
            file = record.git.file(tip, path) if tip else None
            if file is None:
                raise AwsError("FileDoesNotExistException", f"{path} does not exist in the branch")
            return Content(file[2], file[0])

        for each in self.params.get("putFiles") or ():
            source = each.get("sourceFile")
            change(
                each["filePath"].lstrip("/"), _put(each, present(source["filePath"].lstrip("/")) if source else None)
            )
            if source and source.get("isMove"):
                change(source["filePath"].lstrip("/"), None)
        for each in self.params.get("deleteFiles") or ():
            path = each["filePath"].lstrip("/")
            present(path)
            change(path, None)
        for each in self.params.get("setFileModes") or ():
            path = each["filePath"].lstrip("/")
            change(path, Content(present(path).bytes, MODES[each["fileMode"]]))
        return found

    def _committed(
        self,
        changes: Callable[[str | None], dict[str, Content | None]],
        *,
        author: str | None,
        message: str,
        refuses_same: bool = False,
    ) -> Commit:
        """Check the parent, commit, and tell whoever watches the repository."""
        record, branch = self.repository, self.params["branchName"]
        tip, given = record.git.branches().get(branch), self.params.get("parentCommitId")
        if tip is not None and given is None:
            raise AwsError("ParentCommitIdRequiredException", f"The branch {branch} has commits: name its present one")
        if given not in (None, tip):
            raise AwsError("ParentCommitIdOutdatedException", f"The branch {branch} is at {tip}, not at {given}")
        before = record.git.references()
        by = Author(author or _MAKER[0], self.params.get("email") or _MAKER[1])
        text = self.params.get("commitMessage") or message
        try:
            made = record.git.commit(branch, changes(tip), message=text, author=by, refuses_same=refuses_same)
        except GitFailed as error:
            raise AwsError("InvalidPathException", f"git refused the commit: {error}") from error
        models.announce(record, before, self.caller_arn)
        return made


def _put(entry: dict[str, Any], source: Content | None) -> Content:
    """The file that an entry of putFiles asks for."""
    mode = entry.get("fileMode")
    if source is not None and "fileContent" in entry:
        text = "Either the content or a source file may be given, not both."
        raise AwsError("FileContentAndSourceFileSpecifiedException", text)
    if source is not None:
        return Content(source.bytes, MODES[mode] if mode else source.mode)
    if "fileContent" not in entry:
        raise AwsError("SourceFileOrContentRequiredException", "Give the content of a file, or a source file.")
    return Content(_bytes(entry["fileContent"]), MODES[mode or "NORMAL"])


def _told(path: str, blob: str, mode: str) -> dict[str, str]:
    return {"absolutePath": path, "blobId": blob, "fileMode": _NAMES.get(mode, "NORMAL")}


def _bytes(content: bytes | str) -> bytes:
    return content if isinstance(content, bytes) else base64.b64decode(content)
