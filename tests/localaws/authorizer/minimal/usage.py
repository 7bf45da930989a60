"""What the roles of a stack were allowed and refused, as the embedded AWS has recorded it."""

from dataclasses import dataclass
from typing import Any

from tests.conftest import EmbeddedAws
from tests.localaws.authorizer.minimal.statements import Named


@dataclass(frozen=True)
class Usage:
    """Of the roles that a stack made."""

    aws: EmbeddedAws
    stack: str

    def needed(self) -> dict[Named, set[str]]:
        """For each statement the actions that nothing else allowed."""
        return {
            Named(each["policy"], each["statement"]): set(each["neededFor"])
            for holder in self._holders()
            for each in holder["statements"]
        }

    def denied(self) -> list[dict[str, Any]]:
        """What was refused."""
        return [call for holder in self._holders() for call in holder["calls"] if call["decision"] != "allowed"]

    def _holders(self) -> list[dict[str, Any]]:
        principals = self.aws.rehearsal("GET", "iam/usage")["principals"]
        return [each for each in principals if f"role/{self.stack}-" in each["arn"]]
