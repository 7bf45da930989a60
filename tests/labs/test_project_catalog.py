"""The template as a product: SageMaker makes a project of it for who may do nothing else, and removes it."""

import json
from typing import Any

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.mlops import catalog
from tests.conftest import EmbeddedAws
from tests.localaws.authorizer.minimal.table import TABLE, Evaluated
from tests.localaws.waiting import wait_until

HERE = "tests/labs/test_project_catalog.py"
NAME = "published"


@pytest.fixture(scope="module")
def studio(aws: EmbeddedAws) -> dict[str, Any]:
    """A role that may use Service Catalog and projects: its ARN, and credentials of it."""
    iam, sts = aws.client("iam"), aws.client("sts")
    root = f"arn:aws:iam::{sts.get_caller_identity()['Account']}:root"
    trust = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "sts:AssumeRole"}
    may = {
        "Effect": "Allow",
        "Action": ["servicecatalog:*", "sagemaker:*Project*", "sagemaker:AddTags"],
        "Resource": "*",
    }
    documents = [json.dumps({"Version": "2012-10-17", "Statement": [each]}) for each in (trust, may)]
    arn = iam.create_role(RoleName="studio-of-projects", AssumeRolePolicyDocument=documents[0])["Role"]["Arn"]
    iam.put_role_policy(RoleName="studio-of-projects", PolicyName="May", PolicyDocument=documents[1])
    credentials = sts.assume_role(RoleArn=arn, RoleSessionName="studio")["Credentials"]
    return {"arn": arn, "credentials": credentials}


def test_a_project_is_made_with_the_rights_of_the_launch_role(
    studio: dict[str, Any], typed: Any, aws: EmbeddedAws
) -> None:
    published = typed("project", "publish", "--principal", studio["arn"], "--json")
    assert published.exit_code == 0, published.err
    sagemaker = aws.client("sagemaker", credentials=studio["credentials"])
    product = published.document["ProductId"]
    sagemaker.create_project(ProjectName=NAME, ServiceCatalogProvisioningDetails={"ProductId": product})

    def settled() -> Any:
        described = sagemaker.describe_project(ProjectName=NAME)
        return None if described["ProjectStatus"].endswith("InProgress") else described

    assert wait_until(settled)["ProjectStatus"] == "CreateCompleted"
    assert typed("project", "watch", NAME).exit_code == 0  # its ModelBuild has begun by itself
    (version,) = typed("project", "status", NAME, "--json").document["versions"]
    assert version["approval"] == "PendingManualApproval"
    needed = typed.needed(catalog.STACK)
    rows = {name: row for name, row in TABLE.items() if isinstance(row, Evaluated) and row.test.startswith(HERE)}
    assert {name: set(row.actions) - needed[name] for name, row in rows.items()} == {name: set() for name in rows}
    assert typed.denied(catalog.STACK) == []
    kept = typed("project", "unpublish")
    assert (kept.exit_code, NAME in kept.err) == (2, True)
    deleted = typed("project", "delete", NAME, "--json")
    assert deleted.exit_code == 0, f"{deleted.out}\n{deleted.err}"
    assert deleted.document["remaining"] == {}
    assert sagemaker.list_projects(NameContains=NAME)["ProjectSummaryList"] == []
    assert typed("project", "unpublish").exit_code == 0
    assert catalog.STACK not in [each["Name"] for each in aws.client("s3").list_buckets()["Buckets"]]


def test_an_edition_asks_who_makes_a_project_for_nothing() -> None:
    found = catalog.edition(project.find(), "catalog-bucket")
    text = found.objects[found.template_key].decode()
    assert "    Default: catalog-bucket\n" in text
    assert [key for key in found.objects if f"Default: {key}\n" in text] == [
        key for key in found.objects if "zip" in key
    ]
    assert catalog.edition(project.find(), "another").template_key != found.template_key
