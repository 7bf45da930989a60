"""The API of CodeBuild: each operation is a method of one of the parts below, by what it is about."""

from rehearsal.localaws.codebuild.api_builds import Builds
from rehearsal.localaws.codebuild.api_projects import Projects
from rehearsal.localaws.codebuild.api_reports import Reports


class CodeBuildApi(Projects, Builds, Reports):
    """One request to CodeBuild."""

    def __init__(self) -> None:
        super().__init__(service_name="codebuild")
