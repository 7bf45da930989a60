"""What every part of CodeBuild's API stands on."""

from collections.abc import Sequence
from typing import Any

from moto.codebuild.models import codebuild_backends

from rehearsal.localaws.codebuild.models import CodeBuildBackend
from rehearsal.localaws.ground import constraints, pages
from rehearsal.localaws.services.api import ServiceApi

_PAGE = 100


class CodeBuildPart(ServiceApi):
    """A request's parameters and the records of its account and region."""

    params: dict[str, Any]

    def check_request(self) -> None:
        """Hold the parameters against the service model."""
        constraints.check("codebuild", self._get_action(), self.params, "InvalidInputException")

    @property
    def backend(self) -> CodeBuildBackend:
        found: CodeBuildBackend = codebuild_backends[self.current_account][self.region]
        return found

    def page(self, rows: Sequence[Any], member: str) -> dict[str, Any]:
        """One page of ``rows`` under ``member``."""
        return pages.page(rows, self.params, member, default=_PAGE, refusal="InvalidInputException")

    def in_order(self, rows: Sequence[Any], default: str = "DESCENDING") -> Sequence[Any]:
        """Rows that come in ascending order, in the order that the request asks for."""
        return rows if self.params.get("sortOrder", default) == "ASCENDING" else rows[::-1]
