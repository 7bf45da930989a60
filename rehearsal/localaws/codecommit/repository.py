"""One bare git repository, worked on with the ``git`` program."""

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from rehearsal.localaws import archives
from rehearsal.localaws.archives import Limits
from rehearsal.localaws.ground.errors import AwsError

_LIMITS = Limits(20_000_000_000, entries=10_000_000)  # what :meth:`Repository.packed` gave, not packed any further
_ZERO = "0" * 40


class GitFailed(Exception):
    """git refused; the text is its own."""


def _is_kept(parts: tuple[str, ...]) -> bool:
    """Whether a file of a repository is kept: references and objects, none of which git runs or takes another folder
    from."""
    return parts in (("HEAD",), ("packed-refs",)) or (
        parts[:1] in (("refs",), ("objects",)) and ".." not in parts and parts[:2] != ("objects", "info")
    )


def program() -> str:
    """Where git is.

    Raises:
        AwsError: InternalFailure, when it is not installed.
    """
    found = shutil.which("git")
    if found is None:
        raise AwsError(
            "RepositoryLimitExceededException",
            "The embedded CodeCommit needs the git program, which is not installed here. Install git, and try again.",
        )
    return found


def environment(**more: str) -> dict[str, str]:
    """git without the user's own configuration."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **more,
    }


@dataclass(frozen=True)
class Author:
    """Who commits."""

    name: str
    email: str


@dataclass(frozen=True)
class Content:
    """A file to be committed, with git's mode (``100644``)."""

    bytes: bytes
    mode: str


@dataclass(frozen=True)
class Commit:
    """The ids of a commit that was made, of its tree, and by path of the files that came with it."""

    id: str
    tree: str
    blobs: Mapping[str, str]


@dataclass(frozen=True)
class Repository:
    """A bare repository in a folder."""

    path: Path

    def create(self) -> None:
        """Make it, with ``main`` as the branch that a first push would follow."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._run("init", "--quiet", "--bare", "--initial-branch=main", str(self.path), is_inside=False)
        self._run("config", "http.receivepack", "true")

    def delete(self) -> None:
        """Remove it with all that it holds."""
        shutil.rmtree(self.path, ignore_errors=True)

    def move_to(self, other: "Repository") -> None:
        """Let it be in another folder from now on."""
        self.path.rename(other.path)

    def packed(self) -> bytes:
        """Its references and objects: references first, so that every object that they name is among what is read after
        them."""
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as archive:
            for path in sorted(self.path.rglob("*"), key=lambda path: "objects" in path.parts):
                if (
                    path.is_file()
                    and _is_kept(path.relative_to(self.path).parts)
                    and path.suffix != ".lock"
                    and not path.name.startswith("tmp_")
                ):
                    archive.add(path, arcname=str(path.relative_to(self.path)))
        return file.getvalue()

    def unpack(self, packed: bytes) -> None:
        """Make the repository from what :meth:`packed` gave: nothing else, since git runs hooks and what a config
        names.

        Raises:
            ValueError: for anything but references and objects.
        """
        self.create()
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            for entry in archive:
                if not entry.isreg() or not _is_kept(PurePosixPath(entry.name).parts):
                    raise ValueError(f"{entry.name!r} does not belong to a repository that was kept")
        archives.untar(io.BytesIO(packed), self.path, _LIMITS)

    def references(self) -> dict[str, str]:
        """Full reference names (``refs/heads/main``) with their commit ids."""
        lines = self._run("for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def branches(self) -> dict[str, str]:
        """Branch names with their commit ids."""
        prefix = "refs/heads/"
        return {name.removeprefix(prefix): id_ for name, id_ in self.references().items() if name.startswith(prefix)}

    def commit_id(self, specifier: str) -> str | None:
        """The commit that a branch, tag or commit id names."""
        try:
            return (
                self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{specifier}^{{commit}}")
                .decode()
                .strip()
            )
        except GitFailed:
            return None

    def commit_fields(self, commit_id: str) -> dict[str, str]:
        """Tree, parents, message, author and committer of a commit."""
        names = ("tree", "parents", "an", "ae", "ad", "cn", "ce", "cd", "message")
        form = "%x00".join(("%T", "%P", "%an", "%ae", "%ad", "%cn", "%ce", "%cd", "%B"))
        text = self._run("show", "--no-patch", "--date=raw", f"--format={form}", "--end-of-options", commit_id).decode()
        return dict(zip(names, text.rstrip("\n").split("\0"), strict=True))

    def changed_files(self, commit_id: str, *, since: str | None, known: Iterable[str]) -> frozenset[str]:
        """The paths that differ from the commit ``since``; where that is not here, those that the commits after all
        ``known`` touch."""
        if since is not None and self.commit_id(since) is not None:
            listed = self._run("diff", "--name-only", "-z", "--no-renames", since, commit_id, "--")
        else:
            way = ("--format=", "--name-only", "-z", "--no-renames", "-m", "--first-parent", "--ignore-missing")
            listed = self._run("log", *way, commit_id, "--not", *known, "--")
        return frozenset(filter(None, listed.decode(errors="replace").replace("\n", "").split("\0")))

    def archive(self, commit_id: str) -> bytes:
        """The files of a commit as a zip."""
        return self._run("archive", "--format=zip", commit_id)

    def file(self, commit_id: str, path: str) -> tuple[str, str, bytes] | None:
        """Mode, blob id and content of a file; None when there is none."""
        listed = self._run("ls-tree", "-z", commit_id, "--", path).decode().rstrip("\0")
        if not listed:
            return None
        mode, kind, blob = listed.partition("\t")[0].split(" ")
        return (mode, blob, self._run("cat-file", "blob", blob)) if kind == "blob" else None

    def commit(
        self,
        branch: str,
        changes: Mapping[str, Content | None],
        *,
        message: str,
        author: Author,
        refuses_same: bool = False,
    ) -> Commit:
        """Commit files on a branch; None removes one.

        Raises:
            AwsError: NoChangeException, where everything stays as it is and ``refuses_same``.
        """
        parent = self.branches().get(branch)
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            if parent:
                self._run("read-tree", parent, more=index)
            blobs = {path: self._blob(content) for path, content in changes.items() if content is not None}
            lines = [
                f"0 {_ZERO}\t{path}" if content is None else f"{content.mode} {blobs[path]}\t{path}"
                for path, content in changes.items()
            ]
            self._run("update-index", "-z", "--index-info", given="\0".join([*lines, ""]).encode(), more=index)
            listed = frozenset(self._run("ls-files", "-z", more=index).decode().split("\0"))
            if strange := [path for path in blobs if path not in listed]:  # git only warns of these
                raise GitFailed(f"Invalid path {strange[0]!r}")
            tree = self._run("write-tree", more=index).decode().strip()
        if refuses_same and parent and self.commit_fields(parent)["tree"] == tree:
            raise AwsError("NoChangeException", "The commit would change nothing.")
        people = {
            f"GIT_{role}_{part}": value
            for role in ("AUTHOR", "COMMITTER")
            for part, value in (("NAME", author.name), ("EMAIL", author.email))
        }
        parents = ["-p", parent] if parent else []
        made = self._run("commit-tree", tree, *parents, given=message.encode(), more=people).decode().strip()
        self.set_branch(branch, made, expected=parent or _ZERO)
        return Commit(made, tree, blobs)

    def _blob(self, content: Content) -> str:
        return self._run("hash-object", "-w", "--stdin", given=content.bytes).decode().strip()

    def set_branch(self, branch: str, commit_id: str, *, expected: str = _ZERO) -> None:
        """Point a branch at a commit, if it still points at ``expected``."""
        self._run("update-ref", f"refs/heads/{branch}", commit_id, expected)

    def delete_branch(self, branch: str) -> None:
        """Remove a branch."""
        self._run("update-ref", "-d", f"refs/heads/{branch}")

    def is_good_branch_name(self, branch: str) -> bool:
        """Whether git would take the name."""
        try:
            self._run("check-ref-format", f"refs/heads/{branch}")
        except GitFailed:
            return False
        return True

    def _run(
        self, *arguments: str, given: bytes | None = None, more: dict[str, str] | None = None, is_inside: bool = True
    ) -> bytes:
        where = [f"--git-dir={self.path}"] if is_inside else []
        done = subprocess.run(
            [program(), *where, *arguments],
            input=given,
            env=environment(**(more or {})),
            capture_output=True,
            check=False,
        )
        if done.returncode < 0:  # nobody knows what it would have said
            raise AwsError("InternalFailure", f"git {arguments[0]} was ended by signal {-done.returncode}. Try again.")
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip())
        return done.stdout
