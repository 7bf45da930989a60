"""Builds: started, stopped and told."""

import uuid
from typing import Any

from rehearsal.localaws import clock
from rehearsal.localaws.codebuild import models, runner
from rehearsal.localaws.codebuild.api_base import CodeBuildPart
from rehearsal.localaws.codebuild.models import Build

_OVERRIDES = {
    "artifactsOverride": "artifacts",
    "secondaryArtifactsOverride": "secondaryArtifacts",
    "secondarySourcesOverride": "secondarySources",
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "serviceRoleOverride": "serviceRole",
    "encryptionKeyOverride": "encryptionKey",
    "logsConfigOverride": "logsConfig",
    "cacheOverride": "cache",
}
_SOURCE_OVERRIDES = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "buildspecOverride": "buildspec",
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
        build = self._new_build(project)
        self.backend.builds[build.id] = build
        runner.start(build, self.region)
        return {"build": self._view(build)}

    def _environment(self, declared: dict[str, Any]) -> dict[str, Any]:
        """The project's environment with the caller's variables over its own."""
        variables = {v["name"]: v for v in declared.get("environmentVariables", [])}
        variables.update({v["name"]: v for v in self.params.get("environmentVariablesOverride", [])})
        return {**declared, "environmentVariables": list(variables.values())}

    def _new_build(self, project: dict[str, Any]) -> Build:
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
            source_version=self.params.get("sourceVersion"),
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

    def stop_build(self) -> dict[str, Any]:
        """End the commands of a build."""
        build = self.backend.build(self.params["id"])
        stop = models.stops.get(build.id)
        if stop is not None:
            stop.set()
        return {"build": self._view(build)}

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
            "projectName": project["name"],
            "phases": build.phases,
            "source": project["source"],
            "secondarySources": project.get("secondarySources", []),
            "environment": project["environment"],
            "serviceRole": project["serviceRole"],
            "cache": project["cache"],
            "logs": {
                "groupName": build.log_group,
                "streamName": build.log_stream,
                "cloudWatchLogsArn": (
                    f"arn:aws:logs:{self.region}:{self.current_account}:log-group:{build.log_group}:"
                    f"log-stream:{build.log_stream}"
                ),
            },
            "timeoutInMinutes": project["timeoutInMinutes"],
            "buildComplete": build.is_over,
            "initiator": build.initiator,
            "reportArns": build.report_arns,
            "exportedEnvironmentVariables": [{"name": n, "value": v} for n, v in build.exported.items()],
        }
        return {name: value for name, value in view.items() if value is not None}
