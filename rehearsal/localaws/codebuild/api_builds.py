"""Builds: started, stopped and told."""

import uuid
from typing import Any

from rehearsal.localaws.codebuild import build_log, models, runner
from rehearsal.localaws.codebuild.api_base import CodeBuildPart
from rehearsal.localaws.codebuild.models import Build
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError

_OVERRIDES = {
    "artifactsOverride": "artifacts",
    "secondaryArtifactsOverride": "secondaryArtifacts",
    "secondarySourcesOverride": "secondarySources",
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "serviceRoleOverride": "serviceRole",
    "encryptionKeyOverride": "encryptionKey",
    "logsConfigOverride": "logsConfig",
    "cacheOverride": "cache",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "secondarySourcesVersionOverride": "secondarySourceVersions",
}
_SOURCE_OVERRIDES = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "buildspecOverride": "buildspec",
    "gitCloneDepthOverride": "gitCloneDepth",
    "gitSubmodulesConfigOverride": "gitSubmodulesConfig",
}
_ENVIRONMENT_OVERRIDES = {
    "environmentTypeOverride": "type",
    "imageOverride": "image",
    "computeTypeOverride": "computeType",
    "privilegedModeOverride": "privilegedMode",
    "certificateOverride": "certificate",
    "registryCredentialOverride": "registryCredential",
    "imagePullCredentialsTypeOverride": "imagePullCredentialsType",
}


class Builds(CodeBuildPart):
    """Operations on builds."""

    def start_build(self) -> dict[str, Any]:
        """Start a build of a project, with what the caller overrides."""
        declared = self.backend.project(self.params["projectName"])
        project = {
            **declared,
            **{ours: self.params[given] for given, ours in _OVERRIDES.items() if given in self.params},
        }
        changes = {ours: self.params[given] for given, ours in _SOURCE_OVERRIDES.items() if given in self.params}
        project["source"] = {**declared["source"], **changes}
        project["environment"] = self._environment(declared["environment"])
        return self._started(project, self.params.get("sourceVersion") or declared.get("sourceVersion"))

    def retry_build(self) -> dict[str, Any]:
        """Start a build again as it was, with the overrides that it had, under a number of its own."""
        before = self.backend.build(self.params.get("id", ""))
        if not before.is_over:
            raise AwsError("InvalidInputException", f"Build {before.id} is in progress: stop it, or wait for its end")
        return self._started(before.project, before.source_version)

    def _started(self, project: dict[str, Any], source_version: str | None) -> dict[str, Any]:
        build = self._new_build(project, source_version)
        self.backend.builds[build.id] = build
        runner.start(build, self.region)
        return {"build": self._view(build)}

    def _environment(self, declared: dict[str, Any]) -> dict[str, Any]:
        """The project's environment with the caller's variables and members over its own."""
        variables = {v["name"]: v for v in declared.get("environmentVariables", [])}
        variables.update({v["name"]: v for v in self.params.get("environmentVariablesOverride", [])})
        given = {ours: self.params[name] for name, ours in _ENVIRONMENT_OVERRIDES.items() if name in self.params}
        return {**declared, **given, "environmentVariables": list(variables.values())}

    def _new_build(self, project: dict[str, Any], source_version: str | None) -> Build:
        name = project["name"]
        number = self.backend.counters[name] = self.backend.counters.get(name, 0) + 1
        stem = str(uuid.uuid4())
        logs = project.get("logsConfig", {}).get("cloudWatchLogs", {})
        prefix = f"{logs['streamName']}/" if logs.get("streamName") else ""
        return Build(
            id=f"{name}:{stem}",
            arn=self.backend.arn(f"build/{name}:{stem}"),
            number=number,
            project=project,
            initiator=self.caller_arn.rpartition(":")[2].removeprefix("assumed-role/").removeprefix("user/"),
            source_version=source_version,
            started_at=clock.timestamp(),
            log_group=logs.get("groupName") or f"/aws/codebuild/{name}",
            log_stream=f"{prefix}{stem}",
        )

    def batch_get_builds(self) -> dict[str, Any]:
        """Builds, and the ids that are not there."""
        ids = [build_id.rpartition("/")[2] for build_id in self.params["ids"]]
        known = self.backend.builds
        return {
            "builds": [self._view(known[build_id]) for build_id in ids if build_id in known],
            "buildsNotFound": [build_id for build_id in ids if build_id not in known],
        }

    def batch_delete_builds(self) -> dict[str, Any]:
        """Remove builds that are over; the others are told with the reason."""
        deleted, kept = [], []
        for build_id in (each.rpartition("/")[2] for each in self.params["ids"]):
            build = self.backend.builds.get(build_id)
            if build is not None and build.is_over:
                deleted.append(self.backend.builds.pop(build_id).arn)
            else:
                kept.append({"id": build_id, "statusCode": "BUILD_NOT_FOUND" if build is None else "BUILD_IN_PROGRESS"})
        return {"buildsDeleted": deleted, "buildsNotDeleted": kept}

    def stop_build(self) -> dict[str, Any]:
        """End the commands of a build."""
        build = self.backend.build(self.params["id"])
        stop = models.stops.get(build.id)
        if stop is not None:
            stop.set()
        view = self._view(build)
        return {"build": view if build.is_over else {**view, "buildStatus": "STOPPED"}}

    def list_builds(self) -> dict[str, Any]:
        """The ids of all builds, the newest first unless asked otherwise."""
        return self.page(self.in_order(list(self.backend.builds)), "ids")

    def list_builds_for_project(self) -> dict[str, Any]:
        """The ids of a project's builds, the newest first unless asked otherwise."""
        name = self.backend.project(self.params["projectName"])["name"]
        ids = [build.id for build in self.backend.builds.values() if build.project["name"] == name]
        return self.page(self.in_order(ids), "ids")

    def _view(self, build: Build) -> dict[str, Any]:
        project = build.project
        view = {
            "id": build.id,
            "arn": build.arn,
            "buildNumber": build.number,
            "startTime": build.started_at,
            "endTime": build.ended_at,
            "currentPhase": build.phase,
            "buildStatus": build.status,
            "sourceVersion": build.source_version,
            "resolvedSourceVersion": build.resolved_version,
            "projectName": project["name"],
            "phases": build.phases,
            "source": project["source"],
            "secondarySources": project.get("secondarySources", []),
            "environment": project["environment"],
            "serviceRole": project["serviceRole"],
            "cache": project["cache"],
            "logs": build_log.as_location(build, self.region, self.current_account),
            "timeoutInMinutes": project["timeoutInMinutes"],
            "buildComplete": build.is_over,
            "initiator": build.initiator,
            "reportArns": build.report_arns,
            "exportedEnvironmentVariables": [{"name": n, "value": v} for n, v in build.exported.items()],
        }
        return {name: value for name, value in view.items() if value is not None}
