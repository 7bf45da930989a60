"""The Service Catalog of one account and region. It holds state and nothing else."""

from moto.core.base_backend import BaseBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.servicecatalog.records import Constraint, Portfolio, Product, Provisioned


def not_found(what: str, name: str) -> AwsError:
    """The error of everything that is not there."""
    return AwsError("ResourceNotFoundException", f"{what} {name} not found.")


def invalid(message: str) -> AwsError:
    """InvalidParametersException."""
    return AwsError("InvalidParametersException", message)


class ServiceCatalogBackend(BaseBackend):
    """Portfolios, products, constraints and provisioned products by their ids."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.portfolios: dict[str, Portfolio] = {}
        self.products: dict[str, Product] = {}
        self.constraints: dict[str, Constraint] = {}
        self.provisioned: dict[str, Provisioned] = {}

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a portfolio or a product."""
        return f"arn:{self.partition}:catalog:{self.region_name}:{self.account_id}:{kind}/{name}"

    def portfolio(self, id_: str) -> Portfolio:
        """The portfolio of that id, or ResourceNotFoundException."""
        if id_ not in self.portfolios:
            raise not_found("Portfolio", id_)
        return self.portfolios[id_]

    def product(self, id_: str | None, name: str | None = None) -> Product:
        """The product of that id or name, or ResourceNotFoundException."""
        found = [each for each in self.products.values() if id_ == each.id or (id_ is None and name == each.name)]
        if not found:
            raise not_found("Product", str(id_ or name))
        return found[0]

    def launch_constraint(self, portfolio_id: str, product_id: str) -> Constraint | None:
        """The launch constraint of a product in a portfolio; None where the caller's own rights count."""
        for each in self.constraints.values():
            if (each.portfolio_id, each.product_id) == (portfolio_id, product_id):
                return each
        return None
