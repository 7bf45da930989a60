"""Products of Service Catalog and projects of SageMaker: provisioned as stacks, with the launch role's rights."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.inboxes import make_role
from tests.localaws.waiting import wait_until

TEMPLATE: dict[str, Any] = {
    "Parameters": {
        "SageMakerProjectName": {"Type": "String", "Default": "none"},
        "SageMakerProjectId": {"Type": "String", "Default": "none"},
        "Tail": {"Type": "String", "Default": "x"},
    },
    "Resources": {
        "Parameter": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": {"Fn::Sub": "/products/${SageMakerProjectName}/${Tail}"},
                "Type": "String",
                "Value": {"Ref": "SageMakerProjectId"},
            },
        }
    },
    "Outputs": {"Name": {"Value": {"Ref": "Parameter"}}},
}
STACKS = ("cloudformation:*", "s3:GetObject")
PARAMETERS = ("ssm:PutParameter", "ssm:DeleteParameter", "ssm:GetParameters", "ssm:AddTagsToResource")


@dataclass
class Catalog:
    """A product in a portfolio; ``user`` are credentials of a role that may use Service Catalog and projects alone."""

    aws: Any
    unique: Any
    product: str
    portfolio: str
    user_role: str
    user: dict[str, str]
    url: str

    def client(self, service: str) -> Any:
        """A client of the user's."""
        return self.aws.client(service, credentials=self.user)

    def let_in(self) -> None:
        """Let the user launch what is in the portfolio."""
        self.aws.client("servicecatalog").associate_principal_with_portfolio(
            PortfolioId=self.portfolio, PrincipalARN=self.user_role, PrincipalType="IAM"
        )

    def constrain(self, *actions: str) -> str:
        """A launch role with these rights; its ARN."""
        role = make_role(self.aws, self.unique("launch"), ("servicecatalog",), *STACKS, *actions)
        self.aws.client("servicecatalog").create_constraint(
            PortfolioId=self.portfolio, ProductId=self.product, Type="LAUNCH", Parameters=json.dumps({"RoleArn": role})
        )
        return role

    def provision(self, **members: Any) -> dict[str, Any]:
        """The record of a provisioned product, at its end."""
        tail = [{"Key": "Tail", "Value": self.unique("tail")}]
        begun = self.client("servicecatalog").provision_product(
            ProductId=self.product,
            ProvisionedProductName=self.unique("made"),
            ProvisioningParameters=tail,
            **members,
        )["RecordDetail"]
        return self.ended(begun["RecordId"])

    def ended(self, record: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            found = self.client("servicecatalog").describe_record(Id=record)
            return None if found["RecordDetail"]["Status"].startswith("IN_PROGRESS") else dict(found)

        return wait_until(look)


@pytest.fixture
def catalog(aws: Any, unique: Any) -> Catalog:
    bucket = unique("templates")
    aws.client("s3").create_bucket(Bucket=bucket)
    aws.client("s3").put_object(Bucket=bucket, Key="product.json", Body=json.dumps(TEMPLATE).encode())
    url = f"https://{bucket}.s3.us-east-1.amazonaws.com/product.json"
    keeper = aws.client("servicecatalog")
    artifact = {"Name": "v1", "Type": "CLOUD_FORMATION_TEMPLATE", "Info": {"LoadTemplateFromURL": url}}
    product = keeper.create_product(
        Name=unique("product"),
        Owner="o",
        ProductType="CLOUD_FORMATION_TEMPLATE",
        ProvisioningArtifactParameters=artifact,
    )["ProductViewDetail"]["ProductViewSummary"]["ProductId"]
    portfolio = keeper.create_portfolio(DisplayName="d", ProviderName="p")["PortfolioDetail"]["Id"]
    keeper.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
    name = unique("user")
    account = aws.client("sts").get_caller_identity()["Account"]
    trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    iam = aws.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    may = {
        "Effect": "Allow",
        "Action": ["servicecatalog:*", "sagemaker:*Project*", "sagemaker:AddTags"],
        "Resource": "*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName=name, PolicyName="May", PolicyDocument=policy)
    user = aws.client("sts").assume_role(RoleArn=role, RoleSessionName="user")["Credentials"]
    return Catalog(aws, unique, product, portfolio, role, user, url)


def test_only_who_is_let_into_a_portfolio_finds_and_launches_its_products(catalog: Catalog) -> None:
    catalog.constrain(*PARAMETERS)
    service = catalog.client("servicecatalog")
    assert service.search_products()["ProductViewSummaries"] == []
    with pytest.raises(ClientError, match="No launch paths found"):
        catalog.provision()
    catalog.let_in()
    assert [each["ProductId"] for each in service.search_products()["ProductViewSummaries"]] == [catalog.product]
    (path,) = service.list_launch_paths(ProductId=catalog.product)["LaunchPathSummaries"]
    assert path["ConstraintSummaries"][0]["Type"] == "LAUNCH"
    keys = service.describe_provisioning_parameters(ProductId=catalog.product, PathId=path["Id"])
    assert {each["ParameterKey"] for each in keys["ProvisioningArtifactParameters"]} == set(TEMPLATE["Parameters"])


def test_a_product_is_provisioned_with_the_rights_of_the_launch_role(catalog: Catalog, aws: Any) -> None:
    role = catalog.constrain(*PARAMETERS)
    catalog.let_in()
    made = catalog.provision(Tags=[{"Key": "team", "Value": "red"}])
    assert (made["RecordDetail"]["Status"], made["RecordDetail"]["LaunchRoleArn"]) == ("SUCCEEDED", role)
    (output,) = made["RecordOutputs"]
    assert aws.client("ssm").get_parameter(Name=output["OutputValue"])["Parameter"]["Value"] == "none"
    provisioned = made["RecordDetail"]["ProvisionedProductId"]
    service = catalog.client("servicecatalog")
    assert service.describe_provisioned_product(Id=provisioned)["ProvisionedProductDetail"]["Status"] == "AVAILABLE"
    ended = service.terminate_provisioned_product(ProvisionedProductId=provisioned)["RecordDetail"]
    assert catalog.ended(ended["RecordId"])["RecordDetail"]["Status"] == "SUCCEEDED"
    with pytest.raises(ClientError, match="not found"):
        service.describe_provisioned_product(Id=provisioned)
    with pytest.raises(ClientError, match="ParameterNotFound"):
        aws.client("ssm").get_parameter(Name=output["OutputValue"])


def test_what_the_launch_role_may_not_do_fails_and_says_so(catalog: Catalog) -> None:
    catalog.constrain()
    catalog.let_in()
    detail = catalog.provision()["RecordDetail"]
    assert detail["Status"] == "FAILED"
    provisioned = catalog.client("servicecatalog").describe_provisioned_product(Id=detail["ProvisionedProductId"])
    assert provisioned["ProvisionedProductDetail"]["Status"] == "ERROR"


def test_without_a_constraint_the_caller_s_own_rights_count(catalog: Catalog) -> None:
    catalog.let_in()
    detail = catalog.provision()["RecordDetail"]
    assert detail["Status"] == "FAILED"
    assert "cloudformation:CreateStack" in detail["RecordErrors"][0]["Description"]


def test_a_project_is_made_of_a_product_and_removed_with_it(catalog: Catalog, aws: Any, unique: Any) -> None:
    catalog.constrain(*PARAMETERS)
    catalog.let_in()
    sagemaker, name = catalog.client("sagemaker"), unique("project")[:32].strip("-")
    made = sagemaker.create_project(ProjectName=name, ServiceCatalogProvisioningDetails={"ProductId": catalog.product})
    described = wait_until(lambda: _settled(sagemaker, name))
    assert described["ProjectStatus"] == "CreateCompleted", described
    assert aws.client("ssm").get_parameter(Name=f"/products/{name}/x")["Parameter"]["Value"] == made["ProjectId"]
    assert name in [each["ProjectName"] for each in sagemaker.list_projects(MaxResults=100)["ProjectSummaryList"]]
    sagemaker.delete_project(ProjectName=name)
    wait_until(lambda: _is_gone(sagemaker, name))


def test_a_project_of_a_product_that_the_caller_may_not_launch_fails(catalog: Catalog, unique: Any) -> None:
    sagemaker, name = catalog.client("sagemaker"), unique("project")[:32].strip("-")
    sagemaker.create_project(ProjectName=name, ServiceCatalogProvisioningDetails={"ProductId": catalog.product})
    described = sagemaker.describe_project(ProjectName=name)
    assert described["ProjectStatus"] == "CreateFailed"
    told = described["ServiceCatalogProvisionedProductDetails"]["ProvisionedProductStatusMessage"]
    assert "No launch paths found" in told
    sagemaker.delete_project(ProjectName=name)
    assert _is_gone(sagemaker, name)


def test_a_project_is_made_of_a_template_in_s3_with_the_role_that_is_named(
    catalog: Catalog, aws: Any, unique: Any
) -> None:
    sagemaker, name = aws.client("sagemaker"), unique("project")[:32].strip("-")
    role = make_role(aws, unique("stack"), ("cloudformation",), *PARAMETERS)
    template = {
        "TemplateName": "ours",
        "TemplateURL": catalog.url,
        "RoleARN": role,
        "Parameters": [{"Key": "Tail", "Value": "tail"}],
    }
    made = sagemaker.create_project(ProjectName=name, TemplateProviders=[{"CfnTemplateProvider": template}])
    described = wait_until(lambda: _settled(sagemaker, name))
    assert described["ProjectStatus"] == "CreateCompleted", described
    stack = described["TemplateProviderDetails"][0]["CfnTemplateProviderDetail"]["StackDetail"]["Id"]
    (found,) = aws.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    tags = {each["Key"]: each["Value"] for each in found["Tags"]}
    assert (tags["sagemaker:project-name"], tags["sagemaker:project-id"]) == (name, made["ProjectId"])
    assert aws.client("ssm").get_parameter(Name=f"/products/{name}/tail")["Parameter"]["Value"] == made["ProjectId"]
    sagemaker.delete_project(ProjectName=name)
    wait_until(lambda: _is_gone(sagemaker, name))


def test_a_stack_has_a_project_and_waits_for_it(catalog: Catalog, aws: Any, unique: Any) -> None:
    catalog.constrain(*PARAMETERS)
    role = make_role(
        aws, unique("stack"), ("cloudformation",), "sagemaker:*Project*", "sagemaker:AddTags", "servicecatalog:*"
    )
    aws.client("servicecatalog").associate_principal_with_portfolio(
        PortfolioId=catalog.portfolio, PrincipalARN=role, PrincipalType="IAM"
    )
    name = unique("project")[:32].strip("-")
    details = {"ProductId": catalog.product}
    properties = {"ProjectName": name, "ServiceCatalogProvisioningDetails": details}
    template = {"Resources": {"Project": {"Type": "AWS::SageMaker::Project", "Properties": properties}}}
    cloudformation, stack = aws.client("cloudformation"), unique("stack")
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(template), RoleARN=role)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    described = aws.client("sagemaker").describe_project(ProjectName=name)
    assert described["ProjectStatus"] == "CreateCompleted"
    parameter = aws.client("ssm").get_parameter(Name=f"/products/{name}/x")["Parameter"]
    assert parameter["Value"] == described["ProjectId"]
    cloudformation.delete_stack(StackName=stack)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    assert _is_gone(aws.client("sagemaker"), name)


def _settled(sagemaker: Any, name: str) -> dict[str, Any] | None:
    described = sagemaker.describe_project(ProjectName=name)
    return None if described["ProjectStatus"].endswith("InProgress") else dict(described)


def _is_gone(sagemaker: Any, name: str) -> bool:
    try:
        sagemaker.describe_project(ProjectName=name)
    except ClientError as error:
        return "Could not find project" in str(error)
    return False


def test_a_stack_makes_a_catalog_that_serves_and_takes_it_along(catalog: Catalog, aws: Any, unique: Any) -> None:
    service, launch = aws.client("servicecatalog"), make_role(aws, unique("launch"), ("servicecatalog",), *STACKS)
    ids = {"PortfolioId": {"Ref": "Portfolio"}, "ProductId": {"Ref": "Product"}}
    artifacts = [{"Name": "v1", "Info": {"LoadTemplateFromURL": catalog.url}}]
    resources = {
        "Portfolio": ("Portfolio", {"DisplayName": "of a stack", "ProviderName": "p"}),
        "Product": (
            "CloudFormationProduct",
            {"Name": unique("product"), "Owner": "o", "ProvisioningArtifactParameters": artifacts},
        ),
        "Inside": ("PortfolioProductAssociation", ids),
        "Role": ("LaunchRoleConstraint", {**ids, "RoleArn": launch}),
        "User": (
            "PortfolioPrincipalAssociation",
            {"PortfolioId": ids["PortfolioId"], "PrincipalARN": catalog.user_role, "PrincipalType": "IAM"},
        ),
    }
    template: dict[str, Any] = {
        name: {"Type": f"AWS::ServiceCatalog::{kind}", "Properties": properties}
        for name, (kind, properties) in resources.items()
    }
    template["Role"]["DependsOn"] = "Inside"
    cloudformation, name = aws.client("cloudformation"), unique("catalog")
    outputs = {each: {"Value": {"Ref": each}} for each in ("Portfolio", "Product")}
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": template, "Outputs": outputs}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    made = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    (constraint,) = service.list_constraints_for_portfolio(PortfolioId=made["Portfolio"])["ConstraintDetails"]
    assert (constraint["ProductId"], constraint["Type"]) == (made["Product"], "LAUNCH")
    found = catalog.client("servicecatalog").search_products()["ProductViewSummaries"]
    assert [each["ProductId"] for each in found] == [made["Product"]]
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    with pytest.raises(ClientError, match="not found"):
        service.describe_portfolio(Id=made["Portfolio"])
