"""The operations of who keeps a catalog: portfolios, products, their versions, launch constraints and principals."""

import json
from typing import Any

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.servicecatalog.models import ServiceCatalogBackend, invalid, not_found
from rehearsal.localaws.servicecatalog.records import LAUNCH, Artifact, Constraint, Portfolio, Product, new_id

_LARGEST_TEMPLATE = 51_200
"""Bytes of a template that a stack is given as a text."""


class CatalogOperations:
    """What makes and changes a catalog."""

    params: dict[str, Any]
    current_account: str
    region: str
    caller_credentials: host.Credentials

    @property
    def backend(self) -> ServiceCatalogBackend:
        """That of the request's account and region."""
        raise NotImplementedError

    def create_portfolio(self) -> dict[str, Any]:
        """Make an empty portfolio."""
        id_ = new_id("port-")
        made = Portfolio(id_, self.backend.arn("portfolio", id_), dict(self.params), clock.now())
        self.backend.portfolios[id_] = made
        return {"PortfolioDetail": made.detail(), "Tags": self.params.get("Tags", [])}

    def describe_portfolio(self) -> dict[str, Any]:
        found = self.backend.portfolio(self.params["Id"])
        return {"PortfolioDetail": found.detail(), "Tags": found.request.get("Tags", [])}

    def list_portfolios(self) -> dict[str, Any]:
        return {"PortfolioDetails": [each.detail() for each in self.backend.portfolios.values()]}

    def list_portfolios_for_product(self) -> dict[str, Any]:
        product = self.backend.product(self.params["ProductId"])
        found = [each for each in self.backend.portfolios.values() if product.id in each.products]
        return {"PortfolioDetails": [each.detail() for each in found]}

    def update_portfolio(self) -> dict[str, Any]:
        """Another name, description, provider, or other tags."""
        found = self.backend.portfolio(self.params["Id"])
        _change(found.request, self.params, ("DisplayName", "Description", "ProviderName"))
        return {"PortfolioDetail": found.detail(), "Tags": found.request.get("Tags", [])}

    def delete_portfolio(self) -> dict[str, Any]:
        """Remove a portfolio that holds nothing and lets nobody in."""
        found = self.backend.portfolio(self.params["Id"])
        if found.products or found.principals:
            raise _in_use(f"Portfolio {found.id} has products or principals: disassociate them first.")
        del self.backend.portfolios[found.id]
        return {}

    def create_product(self) -> dict[str, Any]:
        """Make a product with its first version, whose template is read now, with the caller's rights."""
        if self.params["ProductType"] != "CLOUD_FORMATION_TEMPLATE" or "SourceConnection" in self.params:
            raise invalid("The embedded AWS offers products of type CLOUD_FORMATION_TEMPLATE, from a template in S3")
        artifact = self._read_artifact(self.params.get("ProvisioningArtifactParameters") or {})
        id_ = new_id("prod-")
        made = Product(id_, new_id("prodview-"), self.backend.arn("product", id_), dict(self.params), clock.now())
        made.artifacts[artifact.id] = artifact
        self.backend.products[id_] = made
        return {
            "ProductViewDetail": made.detail(),
            "ProvisioningArtifactDetail": artifact.detail(),
            "Tags": self.params.get("Tags", []),
        }

    def create_provisioning_artifact(self) -> dict[str, Any]:
        """Another version of a product."""
        product, artifact = (
            self.backend.product(self.params["ProductId"]),
            self._read_artifact(self.params["Parameters"]),
        )
        product.artifacts[artifact.id] = artifact
        return self._told(artifact)

    def update_provisioning_artifact(self) -> dict[str, Any]:
        """Another name, description or guidance; a version that is not active cannot be provisioned."""
        artifact = artifact_of(self.backend.product(self.params["ProductId"]), self.params["ProvisioningArtifactId"])
        artifact.name = self.params.get("Name", artifact.name)
        artifact.description = self.params.get("Description", artifact.description)
        artifact.active = self.params.get("Active", artifact.active)
        artifact.guidance = self.params.get("Guidance", artifact.guidance)
        return self._told(artifact)

    def _told(self, artifact: Artifact) -> dict[str, Any]:
        info = {"TemplateUrl": artifact.url}
        return {"ProvisioningArtifactDetail": artifact.detail(), "Info": info, "Status": "AVAILABLE"}

    def _read_artifact(self, given: dict[str, Any]) -> Artifact:
        url = (given.get("Info") or {}).get("LoadTemplateFromURL")
        if not url:
            raise invalid("Info of the provisioning artifact must name the template: LoadTemplateFromURL")
        client = identity.client("cloudformation", self.caller_credentials, self.region)
        body = self._body(url)
        if not given.get("DisableTemplateValidation"):
            client.validate_template(TemplateBody=body)
        name, description = given.get("Name", ""), given.get("Description", "")
        return Artifact(new_id("pa-"), name, description, body, url, clock.now())

    def _body(self, url: str) -> str:
        """The template at an S3 URL, read as the caller."""
        bucket, key = _place(url)
        s3 = identity.client("s3", self.caller_credentials, self.region)
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        if len(body) > _LARGEST_TEMPLATE:
            raise invalid(f"The embedded AWS offers products with templates of up to {_LARGEST_TEMPLATE:,} bytes")
        return body.decode()

    def describe_provisioning_artifact(self) -> dict[str, Any]:
        product = self.backend.product(self.params.get("ProductId"), self.params.get("ProductName"))
        wanted = self.params.get("ProvisioningArtifactId") or self.params.get("ProvisioningArtifactName")
        return self._told(artifact_of(product, wanted))

    def list_provisioning_artifacts(self) -> dict[str, Any]:
        product = self.backend.product(self.params["ProductId"])
        return {"ProvisioningArtifactDetails": [each.detail() for each in product.artifacts.values()]}

    def delete_provisioning_artifact(self) -> dict[str, Any]:
        """Remove a version, but the last one."""
        product = self.backend.product(self.params["ProductId"])
        artifact = artifact_of(product, self.params["ProvisioningArtifactId"])
        if len(product.artifacts) == 1:
            raise _in_use(f"{artifact.id} is the last provisioning artifact of {product.id}: delete the product")
        del product.artifacts[artifact.id]
        return {}

    def describe_product_as_admin(self) -> dict[str, Any]:
        product = self.backend.product(self.params.get("Id"), self.params.get("Name"))
        summaries = [
            {name: each.detail()[name] for name in ("Id", "Name", "Description", "CreatedTime")}
            for each in product.artifacts.values()
        ]
        return {
            "ProductViewDetail": product.detail(),
            "ProvisioningArtifactSummaries": summaries,
            "Tags": product.request.get("Tags", []),
        }

    def search_products_as_admin(self) -> dict[str, Any]:
        portfolio = self.params.get("PortfolioId")
        inside = self.backend.portfolio(portfolio).products if portfolio else self.backend.products
        return {"ProductViewDetails": [each.detail() for each in self.backend.products.values() if each.id in inside]}

    def update_product(self) -> dict[str, Any]:
        """Another name or description, or other tags; a template is changed by another version."""
        product = self.backend.product(self.params["Id"])
        support = ("SupportDescription", "SupportEmail", "SupportUrl")
        _change(product.request, self.params, ("Name", "Owner", "Description", "Distributor", *support))
        return {"ProductViewDetail": product.detail(), "Tags": product.request.get("Tags", [])}

    def delete_product(self) -> dict[str, Any]:
        """Remove a product that is in no portfolio; what was provisioned stays."""
        product = self.backend.product(self.params["Id"])
        if any(product.id in each.products for each in self.backend.portfolios.values()):
            raise _in_use(f"Product {product.id} is in a portfolio: disassociate it first.")
        del self.backend.products[product.id]
        return {}

    def associate_product_with_portfolio(self) -> dict[str, Any]:
        portfolio = self.backend.portfolio(self.params["PortfolioId"])
        product = self.backend.product(self.params["ProductId"])
        portfolio.products.setdefault(product.id, new_id("lpv3-"))
        return {}

    def disassociate_product_from_portfolio(self) -> dict[str, Any]:
        portfolio = self.backend.portfolio(self.params["PortfolioId"])
        product_id = self.params["ProductId"]
        if self.backend.launch_constraint(portfolio.id, product_id) is not None:
            raise _in_use(f"Product {product_id} has a constraint in portfolio {portfolio.id}: delete it first.")
        if portfolio.products.pop(product_id, None) is None:
            raise not_found("Product", product_id)
        return {}

    def associate_principal_with_portfolio(self) -> dict[str, Any]:
        """Let a user or role launch what is in the portfolio."""
        arn, kind = self.params["PrincipalARN"], self.params["PrincipalType"]
        if kind == "IAM" and not any(f":{each}/" in arn for each in ("user", "role")):
            raise invalid(f"The embedded AWS lets users, roles and patterns into portfolios, not {arn}")
        self.backend.portfolio(self.params["PortfolioId"]).principals[arn] = kind
        return {}

    def disassociate_principal_from_portfolio(self) -> dict[str, Any]:
        self.backend.portfolio(self.params["PortfolioId"]).principals.pop(self.params["PrincipalARN"], None)
        return {}

    def list_principals_for_portfolio(self) -> dict[str, Any]:
        principals = self.backend.portfolio(self.params["PortfolioId"]).principals
        return {"Principals": [{"PrincipalARN": arn, "PrincipalType": kind} for arn, kind in principals.items()]}

    def create_constraint(self) -> dict[str, Any]:
        """A launch constraint; a product of a portfolio has one at most."""
        portfolio, product_id = self.backend.portfolio(self.params["PortfolioId"]), self.params["ProductId"]
        if product_id not in portfolio.products:
            raise not_found("Product", product_id)
        if self.params["Type"] != LAUNCH:
            raise invalid(f"The embedded AWS offers constraints of type {LAUNCH}, not {self.params['Type']}")
        if self.backend.launch_constraint(portfolio.id, product_id) is not None:
            raise AwsError("DuplicateResourceException", f"{product_id} has a launch constraint in {portfolio.id}.")
        _check_role(self.params["Parameters"])
        made = Constraint(
            new_id("cons-"),
            portfolio.id,
            product_id,
            self.params["Parameters"],
            self.params.get("Description", ""),
            self.current_account,
        )
        self.backend.constraints[made.id] = made
        return _of_constraint(made)

    def describe_constraint(self) -> dict[str, Any]:
        return _of_constraint(self._constraint())

    def list_constraints_for_portfolio(self) -> dict[str, Any]:
        portfolio = self.backend.portfolio(self.params["PortfolioId"])
        wanted = self.params.get("ProductId")
        found = [each for each in self.backend.constraints.values() if each.portfolio_id == portfolio.id]
        return {"ConstraintDetails": [each.detail() for each in found if wanted in (None, each.product_id)]}

    def update_constraint(self) -> dict[str, Any]:
        """Another role, or another description."""
        found = self._constraint()
        _check_role(self.params.get("Parameters", found.parameters))
        found.parameters = self.params.get("Parameters", found.parameters)
        found.description = self.params.get("Description", found.description)
        return _of_constraint(found)

    def delete_constraint(self) -> dict[str, Any]:
        del self.backend.constraints[self._constraint().id]
        return {}

    def _constraint(self) -> Constraint:
        found = self.backend.constraints.get(self.params["Id"])
        if found is None:
            raise not_found("Constraint", self.params["Id"])
        return found


def artifact_of(product: Product, wanted: str | None) -> Artifact:
    """The version of a product by its id or name.

    Raises:
        AwsError: ResourceNotFoundException, when there is none.
    """
    for artifact in product.artifacts.values():
        if wanted in (artifact.id, artifact.name):
            return artifact
    raise not_found("Provisioning artifact", str(wanted))


def _change(request: dict[str, Any], params: dict[str, Any], names: tuple[str, ...]) -> None:
    """Take over members of an update, and the tags that it adds and removes."""
    request.update({name: params[name] for name in names if name in params})
    tags = {each["Key"]: each["Value"] for each in request.get("Tags", [])}
    tags |= {each["Key"]: each["Value"] for each in params.get("AddTags") or ()}
    gone = params.get("RemoveTags") or ()
    request["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items() if key not in gone]


def _check_role(parameters: str) -> None:
    try:
        given = json.loads(parameters)
    except ValueError as error:
        raise invalid(f"Parameters is not JSON: {error}") from error
    if not isinstance(given, dict) or len({"RoleArn", "LocalRoleName"} & given.keys()) != 1:
        raise invalid("Parameters of a launch constraint must have either RoleArn or LocalRoleName")


def _of_constraint(made: Constraint) -> dict[str, Any]:
    return {"ConstraintDetail": made.detail(), "ConstraintParameters": made.parameters, "Status": "AVAILABLE"}


def _place(url: str) -> tuple[str, str]:
    """Bucket and key of an S3 URL."""
    from rehearsal.localaws.cloudformation.prepare import s3_location

    bucket, key, _ = s3_location(url)
    return bucket, key


def _in_use(message: str) -> AwsError:
    return AwsError("ResourceInUseException", message)
