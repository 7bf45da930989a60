"""Projects: what is built, how, and as whom."""

from typing import Any

from rehearsal.localaws.codebuild.api_base import CodeBuildPart
from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError


class Projects(CodeBuildPart):
    """Operations on projects."""

    def create_project(self) -> dict[str, Any]:
        """Keep a project's declaration."""
        name = self.params["name"]
        if name in self.backend.projects:
            raise AwsError(
                "ResourceAlreadyExistsException", f"Project already exists: {self.backend.arn(f'project/{name}')}"
            )
        if self.params.get("buildBatchConfig"):
            raise AwsError("InvalidInputException", "The embedded AWS does not run batch builds")
        _check_cache(self.params.get("cache", {}))
        _check_logs(self.params.get("logsConfig", {}))
        _check_artifacts([self.params.get("artifacts", {}), *self.params.get("secondaryArtifacts", [])])
        now = clock.timestamp()
        defaults = {"timeoutInMinutes": 60, "queuedTimeoutInMinutes": 480, "cache": {"type": "NO_CACHE"}, "tags": []}
        fixed = {"arn": self.backend.arn(f"project/{name}"), "created": now, "lastModified": now}
        self.backend.projects[name] = {**defaults, **self.params, **fixed}
        return {"project": self.backend.projects[name]}

    def update_project(self) -> dict[str, Any]:
        """Change what is named, for builds that start from now on."""
        project = self.backend.project(self.params["name"])
        _check_cache(self.params.get("cache", {}))
        _check_logs(self.params.get("logsConfig", {}))
        _check_artifacts([self.params.get("artifacts", {}), *self.params.get("secondaryArtifacts", [])])
        self.backend.projects[project["name"]] = {**project, **self.params, "lastModified": clock.timestamp()}
        return {"project": self.backend.projects[project["name"]]}

    def delete_project(self) -> None:
        """Remove a project; one that is not there is no error."""
        self.backend.projects.pop(self.params["name"], None)
        self.backend.cache_ids.pop(self.params["name"], None)

    def invalidate_project_cache(self) -> None:
        """Let the next build begin without a cache; what was kept in a bucket stays there, and is not used again."""
        self.backend.cache_ids.pop(self.backend.project(self.params["projectName"])["name"], None)

    def list_projects(self) -> dict[str, Any]:
        """The names of all projects, in alphabetical order unless asked for the opposite."""
        names = sorted(self.backend.projects)
        return self.page(self.in_order(names, "ASCENDING"), "projects")

    def batch_get_projects(self) -> dict[str, Any]:
        """Declarations, and the names that are not there."""
        names = [name.rpartition("/")[2] for name in self.params["names"]]
        known = self.backend.projects
        return {
            "projects": [known[name] for name in names if name in known],
            "projectsNotFound": [name for name in names if name not in known],
        }


def _check_cache(cache: dict[str, Any]) -> None:
    if cache.get("type") == "S3" and not cache.get("location"):
        raise AwsError("InvalidInputException", "A cache of type S3 needs a location: a bucket, or bucket/prefix")
    if cache.get("type") == "LOCAL" and not cache.get("modes"):
        raise AwsError("InvalidInputException", "A cache of type LOCAL needs at least one of its modes")
    if cache.get("cacheNamespace"):
        raise AwsError(
            "InvalidInputException", "The embedded AWS does not offer cacheNamespace, which needs a cache key"
        )


def _check_logs(declared: dict[str, Any]) -> None:
    config = declared.get("s3Logs", {})
    if config.get("status") == "ENABLED" and not config.get("location"):
        raise AwsError("InvalidInputException", "Logs to S3 need a location: a bucket, or bucket/prefix")


def _check_artifacts(artifacts: list[dict[str, Any]]) -> None:
    if any(artifact.get("overrideArtifactName") for artifact in artifacts):
        raise AwsError(
            "InvalidInputException", "The embedded AWS does not offer overrideArtifactName: name the artifact"
        )
