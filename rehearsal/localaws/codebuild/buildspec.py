"""A buildspec (version 0.2), parsed once. Pure. Reference: CodeBuild user guide, "Build specification reference"."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from rehearsal.localaws.codebuild.reports import formats

PHASES = ("install", "pre_build", "build", "post_build")
_ON_FAILURE = (None, "ABORT", "CONTINUE")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")
_TOP = ("version", "run-as", "env", "proxy", "batch", "phases", "reports", "artifacts", "cache")


class InvalidBuildspec(ValueError):
    """A buildspec that CodeBuild would refuse; the text says where and why."""


@dataclass(frozen=True)
class Phase:
    """Commands of one phase; ``finally_`` runs whether they succeed or not."""

    name: str
    commands: tuple[str, ...]
    finally_: tuple[str, ...] = ()
    on_failure: str | None = None


@dataclass(frozen=True)
class ArtifactFiles:
    """Which files make up an artifact."""

    files: tuple[str, ...]
    base_directory: str = ""
    discards_paths: bool = False
    excludes: tuple[str, ...] = ()

    def with_variables(self, values: Mapping[str, str]) -> "ArtifactFiles":
        """The same with ``$NAME`` and ``${NAME}`` replaced; a name that has no value stays."""
        files = tuple(_filled(path, values) for path in self.files)
        return replace(self, files=files, base_directory=_filled(self.base_directory, values))


@dataclass(frozen=True)
class ReportFiles:
    """Which files make up a report, of which format; ``group`` is a name or an ARN."""

    group: str
    files: ArtifactFiles
    file_format: str = formats.DEFAULT


@dataclass(frozen=True)
class Buildspec:
    """What to run, with which variables, and what to keep."""

    phases: tuple[Phase, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    parameter_store: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    shell: str = "sh"
    artifacts: ArtifactFiles | None = None
    secondary_artifacts: Mapping[str, ArtifactFiles] = field(default_factory=dict)
    cache_paths: tuple[str, ...] = ()
    reports: tuple[ReportFiles, ...] = ()
    runtimes: Mapping[str, str] = field(default_factory=dict)
    """Versions of languages by name, as ``runtime-versions`` has them."""
    git_signs_in: bool = False
    """``git-credential-helper``: git commands are given the role's credentials for CodeCommit."""

    def with_variables(self, values: Mapping[str, str]) -> "Buildspec":
        """The same with the build's variables in the paths of artifacts and reports."""
        return replace(
            self,
            artifacts=self.artifacts and self.artifacts.with_variables(values),
            secondary_artifacts={name: of.with_variables(values) for name, of in self.secondary_artifacts.items()},
            reports=tuple(replace(report, files=report.files.with_variables(values)) for report in self.reports),
        )


def parse(text: str) -> Buildspec:
    """Read a buildspec.

    Raises:
        InvalidBuildspec: when it is no YAML, of another version, or a part has a wrong shape or unknown name.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {error}") from error
    if not isinstance(raw, dict):
        raise InvalidBuildspec("YAML_FILE_ERROR: the buildspec must be a mapping")
    if str(raw.get("version")) != "0.2":
        raise InvalidBuildspec(f"YAML_FILE_ERROR: version {raw.get('version')} is not run here; write version: 0.2")
    unknown = [name for name in raw if name not in _TOP]
    if unknown:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: unknown part {unknown[0]}")
    if raw.get("batch"):
        raise InvalidBuildspec("YAML_FILE_ERROR: batch builds are not run by the embedded AWS")
    env, artifacts, reports = _mapping(raw, "env"), _mapping(raw, "artifacts"), _mapping(raw, "reports")
    secondary = _mapping(artifacts, "secondary-artifacts")
    return Buildspec(
        phases=_phases(_mapping(raw, "phases")),
        variables=_texts(_mapping(env, "variables")),
        parameter_store=_texts(_mapping(env, "parameter-store")),
        secrets=_texts(_mapping(env, "secrets-manager")),
        exported=_list(env, "exported-variables"),
        shell=_shell(env),
        artifacts=_artifact(artifacts) if artifacts.get("files") else None,
        secondary_artifacts={name: _artifact(_mapping(secondary, name)) for name in secondary},
        cache_paths=_cache(_mapping(raw, "cache")),
        reports=tuple(_report(str(group), _mapping(reports, group)) for group in reports),
        runtimes=_runtimes(_mapping(raw, "phases")),
        git_signs_in=_switch(env, "git-credential-helper"),
    )


def of_commands(commands: tuple[str, ...], exported: tuple[str, ...] = ()) -> Buildspec:
    """A buildspec of one phase, for the Commands action."""
    return Buildspec((Phase("build", commands),), exported=exported, shell="bash")


def _filled(path: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], found[0]), path)


def _mapping(raw: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = raw.get(name) or {}
    if not isinstance(value, dict):
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {name} must be a mapping")
    return value


def _list(raw: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = raw.get(name) or []
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(entry, str | int | float) for entry in value):
        raise InvalidBuildspec(
            f"YAML_FILE_ERROR: {name} must be a list of strings (quote a command that has a colon in it)"
        )
    return tuple(str(entry) for entry in value)


def _texts(raw: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in raw.items()}


def _runtimes(phases: Mapping[str, Any]) -> dict[str, str]:
    for name in PHASES[1:]:
        if "runtime-versions" in _mapping(phases, name):
            raise InvalidBuildspec(f"YAML_FILE_ERROR: runtime-versions stand in the install phase, not in {name}")
    return _texts(_mapping(_mapping(phases, "install"), "runtime-versions"))


def _switch(raw: Mapping[str, Any], name: str) -> bool:
    """``yes`` or ``no``, which YAML reads as a truth value."""
    value = str(raw.get(name, "no")).lower()
    if value not in ("yes", "no", "true", "false"):
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {name} is yes or no, not {value}")
    return value in ("yes", "true")


def _shell(env: Mapping[str, Any]) -> str:
    shell = str(env.get("shell", "sh"))
    if shell not in ("sh", "bash", "/bin/sh"):
        raise InvalidBuildspec(f"YAML_FILE_ERROR: shell {shell} is not run by the embedded AWS: sh and bash are")
    return shell


def _phases(raw: Mapping[str, Any]) -> tuple[Phase, ...]:
    unknown = [name for name in raw if name not in PHASES]
    if unknown:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: unknown phase {unknown[0]}; there are {', '.join(PHASES)}")
    if not raw:
        raise InvalidBuildspec("YAML_FILE_ERROR: the buildspec has no phases")
    return tuple(_phase(name, _mapping(raw, name)) for name in PHASES if name in raw)


def _phase(name: str, raw: Mapping[str, Any]) -> Phase:
    on_failure = raw.get("on-failure")
    if on_failure not in _ON_FAILURE:
        raise InvalidBuildspec(
            f"YAML_FILE_ERROR: on-failure {on_failure} of {name} is not offered by the embedded AWS: ABORT and "
            "CONTINUE are"
        )
    return Phase(name, _list(raw, "commands"), _list(raw, "finally"), on_failure)


def _artifact(raw: Mapping[str, Any]) -> ArtifactFiles:
    return ArtifactFiles(
        files=_list(raw, "files"),
        base_directory=str(raw.get("base-directory", "")),
        discards_paths=str(raw.get("discard-paths", "no")).lower() in ("yes", "true"),
        excludes=_list(raw, "exclude-paths"),
    )


def _report(group: str, raw: Mapping[str, Any]) -> ReportFiles:
    wanted, file_format = _artifact(raw), str(raw.get("file-format", formats.DEFAULT)).upper()
    if not wanted.files:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: the report {group} names no files")
    known = (*formats.TESTS, *formats.COVERAGES)
    if file_format not in known:
        raise InvalidBuildspec(
            f"YAML_FILE_ERROR: the report {group} has the file-format {file_format}; there are {', '.join(known)}"
        )
    return ReportFiles(group, wanted, file_format)


def _cache(raw: Mapping[str, Any]) -> tuple[str, ...]:
    keyed = [name for name in raw if name != "paths"]
    if keyed:
        raise InvalidBuildspec(f"YAML_FILE_ERROR: {keyed[0]} of cache is not offered by the embedded AWS: paths are")
    return _list(raw, "paths")
