"""The operations on projects.

CloudFormation and Service Catalog are asked with the caller's own credentials: what the caller may not launch, a
project does not launch either.
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects.html
"""

import secrets
import string
from typing import Any

from botocore.exceptions import ClientError

from rehearsal.localaws.authorizer import identity
from rehearsal.localaws.ground import clock, host
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing
from rehearsal.localaws.sagemaker.projects.record import Project, status_of_product, status_of_stack
from rehearsal.localaws.sagemaker.refusals import invalid

_LETTERS = string.ascii_lowercase + string.digits
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


class ProjectOperations:
    """What makes, shows and removes projects."""

    params: dict[str, Any]
    current_account: str
    region: str
    sagemaker_backend: Any
    caller_credentials: host.Credentials
    caller_arn: str

    def create_project(self) -> dict[str, str]:
        """Begin to make a project; its template gets the project's name and id as parameters, and all tags."""
        projects, name = self.sagemaker_backend.projects, self.params["ProjectName"]
        product, template = self._project_source()
        projects.check_new(name)
        id_ = "p-" + "".join(secrets.choice(_LETTERS) for _ in range(12))
        made = Project(name, projects.arn(name), id_, dict(self.params), clock.now(), self._project_creator())
        begin = self._project_from_template if template else self._project_from_product
        begin(made, template or product)
        projects.add(made)
        self.sagemaker_backend.tag_store.put(made.arn, self.params.get("Tags"))
        return {"ProjectArn": made.arn, "ProjectId": id_}

    def _project_source(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The details for Service Catalog, or those of a template in S3."""
        product = self.params.get("ServiceCatalogProvisioningDetails") or {}
        providers = self.params.get("TemplateProviders") or [{}]
        template = providers[0].get("CfnTemplateProvider") or {}
        if bool(product) == bool(template):
            raise invalid("Give exactly one of ServiceCatalogProvisioningDetails and TemplateProviders.")
        return product, template

    def _project_creator(self) -> dict[str, Any]:
        return {"IamIdentity": {"Arn": self.caller_arn}}

    def _project_tags(self, made: Project) -> list[dict[str, str]]:
        own = {"sagemaker:project-name": made.name, "sagemaker:project-id": made.id, "sagemaker:project-arn": made.arn}
        given = {each["Key"]: each["Value"] for each in self.params.get("Tags") or ()}
        return [{"Key": key, "Value": value} for key, value in {**given, **own}.items()]

    def _project_from_template(self, made: Project, template: dict[str, Any]) -> None:
        """A stack of a template in S3, with the role that is named."""
        made.stack_name = f"sagemaker-{made.name}-{made.id}"
        given = {each["Key"]: each.get("Value", "") for each in template.get("Parameters") or ()}
        role = {"RoleARN": template["RoleARN"]} if "RoleARN" in template else {}
        client = identity.client("cloudformation", self.caller_credentials, self.region)
        try:
            answer = client.create_stack(
                StackName=made.stack_name,
                TemplateURL=template["TemplateURL"],
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value} for key, value in {**given, **_own(made)}.items()
                ],
                Capabilities=_CAPABILITIES,
                Tags=self._project_tags(made),
                **role,
            )
            made.stack_id = answer["StackId"]
        except ClientError as error:
            made.error = _told(error)

    def _project_from_product(self, made: Project, product: dict[str, Any]) -> None:
        """A product of Service Catalog that the caller may launch."""
        given = {each["Key"]: each.get("Value", "") for each in product.get("ProvisioningParameters") or ()}
        members = {name: product[name] for name in ("ProvisioningArtifactId", "PathId") if name in product}
        client = identity.client("servicecatalog", self.caller_credentials, self.region)
        try:
            answer = client.provision_product(
                ProductId=product["ProductId"],
                ProvisionedProductName=f"{made.name}-{made.id}",
                ProvisioningParameters=[{"Key": key, "Value": value} for key, value in {**given, **_own(made)}.items()],
                Tags=self._project_tags(made),
                **members,
            )
            made.provisioned_id = answer["RecordDetail"]["ProvisionedProductId"]
        except ClientError as error:
            made.error = _told(error)

    def describe_project(self) -> dict[str, Any]:
        """The project as its stack or provisioned product is now."""
        found = self._named_project()
        status, message = self._project_standing(found)
        request = found.request
        answer = {
            **found.summary(status),
            "CreatedBy": found.creator,
            **{name: request[name] for name in ("ServiceCatalogProvisioningDetails",) if name in request},
        }
        if "TemplateProviders" in request:
            stack = {"Name": found.stack_name, "StatusMessage": message or status}
            detail = {
                **request["TemplateProviders"][0]["CfnTemplateProvider"],
                "StackDetail": stack | ({"Id": found.stack_id} if found.stack_id else {}),
            }
            answer["TemplateProviderDetails"] = [{"CfnTemplateProviderDetail": detail}]
        else:
            told = {"ProvisionedProductId": found.provisioned_id, "ProvisionedProductStatusMessage": message}
            answer["ServiceCatalogProvisionedProductDetails"] = {key: value for key, value in told.items() if value}
        return answer

    def list_projects(self) -> dict[str, Any]:
        """The projects that are there, by name unless asked otherwise."""
        params = {"SortBy": "CreationTime", "SortOrder": "Ascending", **self.params}
        return listing.page(self._project_summaries(), params, into="ProjectSummaryList", name="ProjectName")

    def _project_summaries(self) -> list[dict[str, Any]]:
        found = []
        for each in self.sagemaker_backend.projects:
            status = self._project_standing(each)[0]
            if status == "DeleteCompleted":
                self._forget_project(each)
            else:
                found.append(each.summary(status))
        return found

    def _forget_project(self, found: Project) -> None:
        self.sagemaker_backend.projects.remove(found.name)
        self.sagemaker_backend.tag_store.forget(found.arn)

    def delete_project(self) -> None:
        """Begin to remove the project with all that its template made."""
        found = self._named_project()
        if self._project_standing(found)[0].endswith("InProgress"):
            raise AwsError("ConflictException", f"Project {found.name} is in the middle of a change.")
        if found.error:  # nothing was made of it
            self._forget_project(found)
            return
        if found.stack_id:
            client = identity.client("cloudformation", self.caller_credentials, self.region)
            client.delete_stack(StackName=found.stack_id)
        else:
            client = identity.client("servicecatalog", self.caller_credentials, self.region)
            client.terminate_provisioned_product(ProvisionedProductId=found.provisioned_id)
        found.is_deleting = True

    def _named_project(self) -> Project:
        """The project that the request names; one whose removal has ended is not there any more."""
        found: Project = self.sagemaker_backend.projects.get(self.params["ProjectName"])
        if self._project_standing(found)[0] == "DeleteCompleted":
            self._forget_project(found)
            self.sagemaker_backend.projects.get(found.name)  # raises
        return found

    def _project_standing(self, found: Project) -> tuple[str, str]:
        """Status and message, as SageMaker itself sees them."""
        if found.error:
            return "CreateFailed", found.error
        if found.provisioned_id:
            return self._project_of_product(found)
        client = identity.client("cloudformation", identity.administrator_of(self.current_account), self.region)
        try:
            stack = client.describe_stacks(StackName=found.stack_id)["Stacks"][0]
        except ClientError:
            return status_of_stack(None, is_deleting=found.is_deleting), ""
        status = status_of_stack(stack["StackStatus"], is_deleting=found.is_deleting)
        return status, str(stack.get("StackStatusReason", ""))

    def _project_of_product(self, found: Project) -> tuple[str, str]:
        client = identity.client("servicecatalog", identity.administrator_of(self.current_account), self.region)
        history = client.list_record_history(SearchFilter={"Key": "provisionedproduct", "Value": found.provisioned_id})[
            "RecordDetails"
        ]
        errors = history[0].get("RecordErrors", [])
        status = status_of_product(history[0]["Status"], is_deleting=found.is_deleting)
        return status, str(errors[0]["Description"]) if errors else ""


def _own(made: Project) -> dict[str, str]:
    """The parameters that SageMaker gives to every template of a project."""
    return {"SageMakerProjectName": made.name, "SageMakerProjectId": made.id}


def _told(error: ClientError) -> str:
    return str(error.response["Error"].get("Message", error))
