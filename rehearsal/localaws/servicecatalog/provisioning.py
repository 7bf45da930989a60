"""The operations of who launches products: find one, provision it as a stack, change and end it.

The stack is made with the role of the launch constraint, and where there is none with the caller's own rights.
"""

from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.servicecatalog import access
from rehearsal.localaws.servicecatalog.catalog import artifact_of
from rehearsal.localaws.servicecatalog.models import ServiceCatalogBackend, invalid, not_found
from rehearsal.localaws.servicecatalog.records import Artifact, Product, Provisioned, Record, new_id

_SERVICE = "servicecatalog.amazonaws.com"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
PROVISION, UPDATE, TERMINATE = "PROVISION_PRODUCT", "UPDATE_PROVISIONED_PRODUCT", "TERMINATE_PROVISIONED_PRODUCT"
_SUCCEEDED, _FAILED, _RUNS = "SUCCEEDED", "FAILED", "IN_PROGRESS"


class ProvisioningOperations:
    """What works with the products that a caller may launch."""

    params: dict[str, Any]
    current_account: str
    region: str
    caller_arn: str
    caller_credentials: host.Credentials

    @property
    def backend(self) -> ServiceCatalogBackend:
        """That of the request's account and region."""
        raise NotImplementedError

    def search_products(self) -> dict[str, Any]:
        """The products that the caller may launch."""
        found = [each for each in self.backend.products.values() if list(self._paths(each))]
        return {"ProductViewSummaries": [each.summary() for each in found], "ProductViewAggregations": {}}

    def describe_product(self) -> dict[str, Any]:
        """A product that the caller may launch, with its active versions and launch paths."""
        product = self._product(self.params.get("Id"), self.params.get("Name"))
        artifacts = [each for each in product.artifacts.values() if each.active]
        return {
            "ProductViewSummary": product.summary(),
            "ProvisioningArtifacts": [
                {name: each.detail()[name] for name in ("Id", "Name", "Description", "CreatedTime", "Guidance")}
                for each in artifacts
            ],
            "BudgetDetails": [],
            "LaunchPaths": [{"Id": path, "Name": _name(owner)} for path, owner in self._paths(product)],
        }

    def list_launch_paths(self) -> dict[str, Any]:
        """The caller's ways to a product, each with its constraint."""
        product = self.backend.product(self.params["ProductId"])
        found = []
        for path, portfolio in self._paths(product):
            constraint = self.backend.launch_constraint(portfolio.id, product.id)
            told = [{"Type": "LAUNCH", "Description": constraint.description}] if constraint else []
            found.append({"Id": path, "Name": _name(portfolio), "ConstraintSummaries": told})
        return {"LaunchPathSummaries": found}

    def describe_provisioning_parameters(self) -> dict[str, Any]:
        """The parameters of a version's template."""
        product = self._product(self.params.get("ProductId"), self.params.get("ProductName"))
        artifact = self._artifact(product)
        client = identity.client("cloudformation", identity.administrator_of(self.current_account), self.region)
        summary = client.get_template_summary(TemplateBody=artifact.body)
        members = {"ParameterKey": "ParameterKey", "DefaultValue": "DefaultValue", "ParameterType": "ParameterType"}
        members |= {"IsNoEcho": "NoEcho", "Description": "Description"}
        parameters = [
            {name: each[source] for name, source in members.items() if source in each}
            for each in summary.get("Parameters", [])
        ]
        return {"ProvisioningArtifactParameters": parameters, "ConstraintSummaries": [], "UsageInstructions": []}

    def provision_product(self) -> dict[str, Any]:
        """Begin a stack of a version, with the launch role."""
        if "ProvisioningPreferences" in self.params:
            raise invalid("The embedded AWS offers no stack sets: leave ProvisioningPreferences out")
        again = self._asked_before()
        if again is not None:
            return {"RecordDetail": self._record_detail(again, again.records[0])}
        product = self.backend.product(self.params.get("ProductId"), self.params.get("ProductName"))
        path, portfolio = access.chosen(self._paths(product), product.id, self.params.get("PathId"))
        artifact, name = self._artifact(product), self.params["ProvisionedProductName"]
        if any(each.name == name for each in self._there()):
            raise AwsError("DuplicateResourceException", f"A provisioned product named {name} exists already.")
        constraint = self.backend.launch_constraint(portfolio.id, product.id)
        id_ = new_id("pp-")
        made = Provisioned(
            id_,
            name,
            f"arn:aws:servicecatalog:{self.region}:{self.current_account}:stack/{name}/{id_}",
            product.id,
            path,
            self.params.get("Tags", []),
            clock.now(),
            constraint.role(self.current_account) if constraint else None,
            f"SC-{self.current_account}-{id_}",
        )
        self.backend.provisioned[id_] = made
        arguments = {"TemplateBody": artifact.body, "Parameters": self._parameters(), "Tags": made.tags}
        record = self._begin(made, PROVISION, artifact.id, "create_stack", Capabilities=_CAPABILITIES, **arguments)
        return {"RecordDetail": self._record_detail(made, record)}

    def _asked_before(self) -> Provisioned | None:
        """What a request with this token has provisioned: one that is sent again provisions nothing."""
        token = self.params.get("ProvisionToken")
        found = (each for each in self.backend.provisioned.values() if token and each.records[0].token == token)
        return next(found, None)

    def update_provisioned_product(self) -> dict[str, Any]:
        """Another version, or other parameters; a parameter with UsePreviousValue stays as it is."""
        found = self._provisioned()
        self._check_free(found)
        product = self.backend.product(found.product_id)
        wanted = self.params.get("ProvisioningArtifactId") or self.params.get("ProvisioningArtifactName")
        artifact = artifact_of(product, wanted or found.artifact_id)
        arguments = {"TemplateBody": artifact.body, "Parameters": self._parameters(), "Tags": found.tags}
        record = self._begin(found, UPDATE, artifact.id, "update_stack", Capabilities=_CAPABILITIES, **arguments)
        return {"RecordDetail": self._record_detail(found, record)}

    def terminate_provisioned_product(self) -> dict[str, Any]:
        """Delete the stack, with the launch role."""
        if self.params.get("RetainPhysicalResources"):
            raise invalid("The embedded AWS deletes what it terminates: leave RetainPhysicalResources out")
        found = self._provisioned()
        self._check_free(found)
        record = self._begin(found, TERMINATE, found.artifact_id, "delete_stack")
        return {"RecordDetail": self._record_detail(found, record)}

    def _check_free(self, found: Provisioned) -> None:
        if self._standing(found, found.records[-1])[0] == _RUNS:
            raise invalid(f"Provisioned product {found.id} is UNDER_CHANGE.")

    def _begin(self, found: Provisioned, kind: str, artifact_id: str, operation: str, **arguments: Any) -> Record:
        """Ask CloudFormation, as the launch role or the caller; why it refuses stands in the record."""
        if found.records:
            found.records[-1].ended = found.records[-1].ended or self._standing(found, found.records[-1])[0]
        token = self.params.get("ProvisionToken") or self.params.get("UpdateToken") or new_id("token-")
        record = Record(new_id("rec-"), kind, clock.now(), artifact_id, token)
        found.records.append(record)
        try:
            client = self._client(found)
            answer = getattr(client, operation)(StackName=found.stack_id or found.stack_name, **arguments)
            found.stack_id = record.stack_id = answer.get("StackId", found.stack_id)
        except (ClientError, AwsError) as error:
            record.error, record.ended = _told(error), _FAILED
        return record

    def _client(self, found: Provisioned) -> Any:
        if found.launch_role is None:
            return identity.client("cloudformation", self.caller_credentials, self.region)
        credentials = identity.assume_role(found.launch_role, "servicecatalog", service=_SERVICE, region=self.region)
        return identity.client("cloudformation", credentials, self.region)

    def _parameters(self) -> list[dict[str, Any]]:
        return [
            {"ParameterKey": each["Key"], "UsePreviousValue": True}
            if each.get("UsePreviousValue")
            else {"ParameterKey": each["Key"], "ParameterValue": each.get("Value", "")}
            for each in self.params.get("ProvisioningParameters") or ()
        ]

    def describe_record(self) -> dict[str, Any]:
        """How a request goes, and the outputs of the stack once it has succeeded."""
        for found in self.backend.provisioned.values():
            for record in found.records:
                if record.id == self.params["Id"]:
                    detail = self._record_detail(found, record)  # before the outputs, which come with its end
                    outputs = self._outputs(found) if record is found.records[-1] else []
                    return {"RecordDetail": detail, "RecordOutputs": outputs}
        raise not_found("Record", self.params["Id"])

    def list_record_history(self) -> dict[str, Any]:
        """Requests, the newest first; of one provisioned product or product, where a filter says so."""
        wanted = self.params.get("SearchFilter") or {}
        found = [
            (each, record)
            for each in self.backend.provisioned.values()
            for record in each.records
            if wanted.get("Value") in (None, {"product": each.product_id}.get(wanted.get("Key", ""), each.id))
        ]
        found.sort(key=lambda pair: pair[1].created_at, reverse=True)
        return {"RecordDetails": [self._record_detail(each, record) for each, record in found]}

    def describe_provisioned_product(self) -> dict[str, Any]:
        return {"ProvisionedProductDetail": self._detail(self._provisioned()), "CloudWatchDashboards": []}

    def search_provisioned_products(self) -> dict[str, Any]:
        found = [self._detail(each) for each in self._there()]
        return {"ProvisionedProducts": found, "TotalResultsCount": len(found)}

    def scan_provisioned_products(self) -> dict[str, Any]:
        return {"ProvisionedProducts": [self._detail(each) for each in self._there()]}

    def get_provisioned_product_outputs(self) -> dict[str, Any]:
        wanted = self.params.get("OutputKeys")
        outputs = self._outputs(self._provisioned())
        return {"Outputs": [each for each in outputs if wanted is None or each["OutputKey"] in wanted]}

    def _there(self) -> list[Provisioned]:
        """Those that are not terminated; the records of the others can be read on."""
        return [each for each in self.backend.provisioned.values() if not self._is_gone(each)]

    def _is_gone(self, found: Provisioned) -> bool:
        last = found.records[-1]
        return last.kind == TERMINATE and self._standing(found, last)[0] == _SUCCEEDED

    def _provisioned(self) -> Provisioned:
        """The one that the request names by its id, name or ARN.

        Raises:
            AwsError: ResourceNotFoundException, when there is none.
        """
        id_ = self.params.get("Id") or self.params.get("ProvisionedProductId")
        name = self.params.get("Name") or self.params.get("ProvisionedProductName")
        for found in self._there():
            if id_ == found.id or (id_ is None and name in (found.name, found.arn)):
                return found
        raise not_found("Provisioned product", str(id_ or name))

    def _product(self, id_: str | None, name: str | None) -> Product:
        """A product that the caller may launch: to others it is not there."""
        product = self.backend.product(id_, name)
        if not list(self._paths(product)):
            raise not_found("Product", str(id_ or name))
        return product

    def _paths(self, product: Product) -> Any:
        return access.paths(self.backend.portfolios.values(), product.id, self.caller_arn)

    def _artifact(self, product: Product) -> Artifact:
        wanted = self.params.get("ProvisioningArtifactId") or self.params.get("ProvisioningArtifactName")
        active = [each for each in product.artifacts.values() if each.active]
        if wanted is None and len(active) != 1:
            raise invalid(f"{product.id} has {len(active)} active provisioning artifacts: name one")
        artifact = artifact_of(product, wanted) if wanted else active[0]
        if not artifact.active:
            raise invalid(f"Provisioning artifact {artifact.id} is not active.")
        return artifact

    def _stack(self, found: Provisioned) -> dict[str, Any] | None:
        if not found.stack_id:
            return None
        client = identity.client(
            "cloudformation", identity.administrator_of(self.current_account), self.region
        )  # Service Catalog itself looks
        try:
            return dict(client.describe_stacks(StackName=found.stack_id)["Stacks"][0])
        except ClientError:
            return None

    def _standing(self, found: Provisioned, record: Record) -> tuple[str, str]:
        """Status of a request, and why it failed."""
        if record.ended:
            return record.ended, record.error
        stack = self._stack(found)
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        reason = str((stack or {}).get("StackStatusReason", ""))
        if status.endswith("_IN_PROGRESS"):
            return ("IN_PROGRESS_IN_ERROR" if "ROLLBACK" in status else _RUNS), reason
        good = {PROVISION: ("CREATE_COMPLETE",), UPDATE: ("UPDATE_COMPLETE",), TERMINATE: ("DELETE_COMPLETE",)}
        return (_SUCCEEDED if status in good[record.kind] else _FAILED), reason

    def _outputs(self, found: Provisioned) -> list[dict[str, str]]:
        stack = self._stack(found) or {}
        members = ("OutputKey", "OutputValue", "Description")
        return [{name: each[name] for name in members if name in each} for each in stack.get("Outputs", [])]

    def _record_detail(self, found: Provisioned, record: Record) -> dict[str, Any]:
        status, reason = self._standing(found, record)
        errors = [{"Code": "InternalError", "Description": record.error or reason}] if status == _FAILED else []
        return {
            "RecordId": record.id,
            "ProvisionedProductName": found.name,
            "Status": status,
            "CreatedTime": record.created_at,
            "UpdatedTime": record.created_at,
            "ProvisionedProductType": "CFN_STACK",
            "RecordType": record.kind,
            "ProvisionedProductId": found.id,
            "ProductId": found.product_id,
            "ProvisioningArtifactId": record.artifact_id,
            "PathId": found.path_id,
            "RecordErrors": errors,
            "RecordTags": found.tags,
            **({"LaunchRoleArn": found.launch_role} if found.launch_role else {}),
        }

    def _detail(self, found: Provisioned) -> dict[str, Any]:
        last = found.records[-1]
        status, reason = self._standing(found, last)
        shown = {_RUNS: "UNDER_CHANGE", "IN_PROGRESS_IN_ERROR": "UNDER_CHANGE", _SUCCEEDED: "AVAILABLE"}
        failed = "ERROR" if last.kind == PROVISION else "TAINTED"
        return {
            "Name": found.name,
            "Arn": found.arn,
            "Type": "CFN_STACK",
            "Id": found.id,
            "Status": shown.get(status, failed),
            **({"StatusMessage": last.error or reason} if status == _FAILED else {}),
            "CreatedTime": found.created_at,
            "LastRecordId": last.id,
            "ProductId": found.product_id,
            "ProvisioningArtifactId": found.artifact_id,
            **({"LaunchRoleArn": found.launch_role} if found.launch_role else {}),
        }


def _name(portfolio: Any) -> str:
    return str(portfolio.request["DisplayName"])


def _told(error: ClientError | AwsError) -> str:
    if isinstance(error, ClientError):
        return str(error.response["Error"].get("Message", error))
    return str(error)
