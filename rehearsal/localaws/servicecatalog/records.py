"""What Service Catalog keeps: portfolios, products with their versions, constraints, and what was provisioned.

How a provisioning went is not kept: its stack says so.
"""

import json
import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_LETTERS = string.ascii_lowercase + string.digits
LAUNCH = "LAUNCH"


def new_id(prefix: str) -> str:
    """An id as Service Catalog gives: ``prod-`` and thirteen letters and digits."""
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(13))


@dataclass
class Portfolio:
    """A portfolio: ``products`` are the launch paths by product, ``principals`` who may launch, with their
    type."""

    id: str
    arn: str
    request: dict[str, Any]
    created_at: datetime
    products: dict[str, str] = field(default_factory=dict)
    principals: dict[str, str] = field(default_factory=dict)

    def detail(self) -> dict[str, Any]:
        """PortfolioDetail."""
        described = self.request.get("Description")
        return {
            "Id": self.id,
            "ARN": self.arn,
            "DisplayName": self.request["DisplayName"],
            **({"Description": described} if described else {}),
            "CreatedTime": self.created_at,
            "ProviderName": self.request["ProviderName"],
        }


@dataclass
class Artifact:
    """A version of a product: its template as it was when the version was made."""

    id: str
    name: str
    description: str
    body: str
    url: str
    created_at: datetime
    active: bool = True
    guidance: str = "DEFAULT"

    def detail(self) -> dict[str, Any]:
        """ProvisioningArtifactDetail."""
        return {
            "Id": self.id,
            "Name": self.name,
            "Description": self.description,
            "Type": "CLOUD_FORMATION_TEMPLATE",
            "CreatedTime": self.created_at,
            "Active": self.active,
            "Guidance": self.guidance,
        }


@dataclass
class Product:
    """A product and its versions by id, in the order of their making."""

    id: str
    view_id: str
    arn: str
    request: dict[str, Any]
    created_at: datetime
    artifacts: dict[str, Artifact] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.request["Name"])

    def summary(self) -> dict[str, Any]:
        """ProductViewSummary."""
        members = {"Owner": "Owner", "ShortDescription": "Description", "Distributor": "Distributor"}
        members |= {name: name for name in ("SupportEmail", "SupportDescription", "SupportUrl")}
        shown = {name: self.request[source] for name, source in members.items() if source in self.request}
        return {
            "Id": self.view_id,
            "ProductId": self.id,
            "Name": self.name,
            "Type": "CLOUD_FORMATION_TEMPLATE",
            "HasDefaultPath": False,
            **shown,
        }

    def detail(self) -> dict[str, Any]:
        """ProductViewDetail."""
        return {
            "ProductViewSummary": self.summary(),
            "Status": "AVAILABLE",
            "ProductARN": self.arn,
            "CreatedTime": self.created_at,
        }


@dataclass
class Constraint:
    """A launch constraint: the role with which a product of a portfolio is provisioned."""

    id: str
    portfolio_id: str
    product_id: str
    parameters: str
    description: str
    owner: str

    def role(self, account_id: str) -> str:
        """The ARN of the role; ``LocalRoleName`` is one of the account that provisions."""
        given = json.loads(self.parameters)
        return str(given.get("RoleArn") or f"arn:aws:iam::{account_id}:role/{given['LocalRoleName']}")

    def detail(self) -> dict[str, Any]:
        """ConstraintDetail."""
        return {
            "ConstraintId": self.id,
            "Type": LAUNCH,
            "Description": self.description,
            "Owner": self.owner,
            "ProductId": self.product_id,
            "PortfolioId": self.portfolio_id,
        }


@dataclass
class Record:
    """One request about a provisioned product; ``stack_id`` is the stack that says how it goes, ``error`` why there is
    none."""

    id: str
    kind: str
    created_at: datetime
    artifact_id: str
    token: str
    stack_id: str = ""
    error: str = ""
    ended: str = ""
    """How it ended, once another request has begun: the stack says nothing of it any more."""


@dataclass
class Provisioned:
    """A provisioned product: a stack, and the requests about it, oldest first."""

    id: str
    name: str
    arn: str
    product_id: str
    path_id: str
    tags: list[dict[str, str]]
    created_at: datetime
    launch_role: str | None
    stack_name: str
    stack_id: str = ""
    records: list[Record] = field(default_factory=list)

    @property
    def artifact_id(self) -> str:
        return self.records[-1].artifact_id
