"""What every part of CodePipeline's API stands on."""

from typing import Any

from moto.codepipeline.models import codepipeline_backends

from rehearsal.localaws.codepipeline.models import CodePipelineBackend
from rehearsal.localaws.ground import constraints
from rehearsal.localaws.services.api import ServiceApi


class CodePipelinePart(ServiceApi):
    """A request's parameters and the records of its account and region."""

    params: dict[str, Any]

    def check_request(self) -> None:
        """Hold the parameters against the service model's lengths, patterns and enums."""
        constraints.check("codepipeline", self._get_action(), self.params)

    @property
    def backend(self) -> CodePipelineBackend:
        found: CodePipelineBackend = codepipeline_backends[self.current_account][self.region]
        return found
