"""The model registry, models made of packages, and lineage."""

import json

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.sagemaker.registry.lineage import Edge, Vertex, reach
from tests.localaws.sagemaker.training.conftest import training
from tests.localaws.waiting import wait_until

from .conftest import IMAGE

__all__ = ["training"]  # a fixture


@pytest.fixture
def group(hosting) -> str:
    name = hosting.unique("group")
    hosting.client.create_model_package_group(ModelPackageGroupName=name, ModelPackageGroupDescription="wine")
    return name


def register(hosting, group: str, **members) -> str:
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{hosting.bucket}/model.tar.gz"}
    return hosting.client.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        **members,
    )["ModelPackageArn"]


def test_versions_count_up_and_wait_for_approval(hosting, group):
    first, second = register(hosting, group), register(hosting, group)
    assert (first[-2:], second[-2:]) == ("/1", "/2")
    description = hosting.client.describe_model_package(ModelPackageName=second)
    assert description["ModelPackageVersion"] == 2
    assert description["ModelApprovalStatus"] == "PendingManualApproval"
    assert description["ModelPackageStatus"] == "Completed"


def test_a_deleted_version_leaves_its_number_unused(hosting, group):
    register(hosting, group)
    hosting.client.delete_model_package(ModelPackageName=register(hosting, group))
    assert register(hosting, group).endswith("/3")


def test_packages_are_listed_by_group_and_approval(hosting, group):
    first, second = register(hosting, group), register(hosting, group)
    hosting.client.update_model_package(
        ModelPackageArn=first, ModelApprovalStatus="Approved", ApprovalDescription="fine"
    )
    listed = hosting.client.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [package["ModelPackageArn"] for package in listed] == [second, first]
    approved = hosting.client.list_model_packages(ModelPackageGroupName=group, ModelApprovalStatus="Approved")
    assert [package["ModelPackageArn"] for package in approved["ModelPackageSummaryList"]] == [first]
    assert hosting.client.describe_model_package(ModelPackageName=first)["ApprovalDescription"] == "fine"


def test_metrics_and_metadata_are_kept(hosting, group):
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://b/m.json"}}}
    arn = register(hosting, group, ModelMetrics=metrics, CustomerMetadataProperties={"rmse": "0.6"})
    description = hosting.client.describe_model_package(ModelPackageName=arn)
    assert description["ModelMetrics"] == metrics
    assert description["CustomerMetadataProperties"] == {"rmse": "0.6"}


def test_card_stage_and_kind_of_registration_can_be_changed(hosting, group):
    arn = register(hosting, group, ModelPackageRegistrationType="Logged")
    changed = {
        "ModelCard": {"ModelCardContent": "{}", "ModelCardStatus": "Approved"},
        "ModelLifeCycle": {"Stage": "Production", "StageStatus": "Approved"},
        "ModelPackageRegistrationType": "Registered",
    }
    hosting.client.update_model_package(ModelPackageArn=arn, **changed)
    description = hosting.client.describe_model_package(ModelPackageName=arn)
    assert {member: description[member] for member in changed} == changed
    (listed,) = hosting.client.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert listed["ModelLifeCycle"] == changed["ModelLifeCycle"]
    assert listed["ModelPackageRegistrationType"] == "Registered"


def test_several_versions_are_described_at_once(hosting, group):
    first, second = register(hosting, group), register(hosting, group)
    absent = second[:-1] + "7"
    told = hosting.client.batch_describe_model_package(ModelPackageArnList=[first, second, absent])
    assert {arn: each["ModelPackageVersion"] for arn, each in told["ModelPackageSummaries"].items()} == {
        first: 1,
        second: 2,
    }
    assert told["ModelPackageSummaries"][first]["InferenceSpecification"]["SupportedContentTypes"] == ["text/csv"]
    assert "does not exist" in told["BatchDescribeModelPackageErrorMap"][absent]["ErrorResponse"]


def test_a_request_that_comes_twice_makes_one_version(hosting, group):
    token = hosting.unique("token")
    assert register(hosting, group, ClientToken=token) == register(hosting, group, ClientToken=token)
    assert register(hosting, group).endswith("/2")


def test_a_group_with_versions_is_not_deleted(hosting, group):
    arn = register(hosting, group)
    with pytest.raises(ClientError, match="still contains Model Packages"):
        hosting.client.delete_model_package_group(ModelPackageGroupName=group)
    hosting.client.delete_model_package(ModelPackageName=arn)
    hosting.client.delete_model_package_group(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match="does not exist"):
        hosting.client.describe_model_package_group(ModelPackageGroupName=group)


def test_a_model_of_a_package_serves(hosting, group, trained):
    arn, name = register(hosting, group), hosting.unique("packaged")
    hosting.client.create_model(
        ModelName=name, ExecutionRoleArn=hosting.role, PrimaryContainer={"ModelPackageName": arn}
    )
    endpoint = hosting.endpoint(hosting.config(hosting.variant(name)))
    assert float(hosting.invoke(endpoint, trained.csv(1))) == pytest.approx(trained.predictions(1)[0])


def test_lineage_leads_from_the_endpoint_back_to_package_and_artifact(hosting, group):
    package, name = register(hosting, group), hosting.unique("traced")
    model = hosting.client.create_model(
        ModelName=name, ExecutionRoleArn=hosting.role, PrimaryContainer={"ModelPackageName": package}
    )["ModelArn"]
    endpoint = hosting.endpoint(hosting.config(hosting.variant(name)))
    arn = hosting.client.describe_endpoint(EndpointName=endpoint)["EndpointArn"]
    [context] = hosting.client.list_contexts(SourceUri=arn)["ContextSummaries"]
    found = hosting.client.query_lineage(StartArns=[context["ContextArn"]], Direction="Ascendants", IncludeEdges=True)
    types = {vertex["Arn"]: vertex["Type"] for vertex in found["Vertices"]}
    [traced] = hosting.client.list_artifacts(SourceUri=model)["ArtifactSummaries"]
    [registered] = hosting.client.list_artifacts(SourceUri=package)["ArtifactSummaries"]
    assert types[traced["ArtifactArn"]] == "SageMakerModel"
    assert types[registered["ArtifactArn"]] == "ModelPackage"
    assert sorted(types.values()) == ["Endpoint", "Model", "ModelPackage", "SageMakerModel"]
    edge = {"SourceArn": registered["ArtifactArn"], "DestinationArn": traced["ArtifactArn"]}
    assert {**edge, "AssociationType": "ContributedTo"} in found["Edges"]
    [association] = hosting.client.list_associations(SourceArn=registered["ArtifactArn"])["AssociationSummaries"]
    assert association["DestinationArn"] == traced["ArtifactArn"]


def test_lineage_leads_from_the_data_over_job_and_model_to_the_endpoint(hosting, training):
    job = training.run()
    artifact, client = job["ModelArtifacts"]["S3ModelArtifacts"], hosting.client
    model = client.describe_model(ModelName=hosting.model(ModelDataUrl=artifact))
    endpoint = hosting.endpoint(hosting.config(hosting.variant(model["ModelName"])))
    [data] = client.list_artifacts(SourceUri=f"s3://{training.bucket}/train/")["ArtifactSummaries"]
    found = client.query_lineage(StartArns=[data["ArtifactArn"]], Direction="Descendants", IncludeEdges=True)
    after = {(edge["SourceArn"], edge["DestinationArn"]): edge["AssociationType"] for edge in found["Edges"]}
    jobs = {there for (here, there), kind in after.items() if (here, kind) == (data["ArtifactArn"], "ContributedTo")}
    [produced] = client.list_artifacts(SourceUri=artifact)["ArtifactSummaries"]
    [made] = client.list_artifacts(SourceUri=model["ModelArn"])["ArtifactSummaries"]
    arn = client.describe_endpoint(EndpointName=endpoint)["EndpointArn"]
    [serving] = client.list_contexts(SourceUri=arn)["ContextSummaries"]
    [trained_by] = [there for there in jobs if (there, produced["ArtifactArn"]) in after]
    assert f"{job['TrainingJobName'].lower()}-aws-training-job" in trained_by
    assert after[trained_by, produced["ArtifactArn"]] == "Produced"
    assert after[produced["ArtifactArn"], made["ArtifactArn"]] == "ContributedTo"
    assert after[made["ArtifactArn"], serving["ContextArn"]] == "AssociatedWith"
    back = client.query_lineage(StartArns=[serving["ContextArn"]], Direction="Ascendants")["Vertices"]
    kinds = {vertex["Type"] for vertex in back}
    assert kinds == {"Endpoint", "SageMakerModel", "Model", "SageMakerTrainingJob", "DataSet", "Image"}


def test_approval_is_an_event(hosting, aws, group):
    queue = aws.client("sqs").create_queue(QueueName=hosting.unique("approvals"))["QueueUrl"]
    arn = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    aws.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    pattern = {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelApprovalStatus": ["Approved"], "ModelPackageGroupName": [group]},
    }
    events, rule = aws.client("events"), hosting.unique("rule")
    events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    package = register(hosting, group)
    hosting.client.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
    [message] = wait_until(lambda: aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"), "the event")
    detail = json.loads(message["Body"])["detail"]
    assert (detail["ModelPackageArn"], detail["ModelApprovalStatus"]) == (package, "Approved")
    assert detail["UpdatedModelPackageFields"] == ["ModelApprovalStatus"]
    aws.client("sqs").purge_queue(QueueUrl=queue)
    hosting.client.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")  # changes nothing
    hosting.client.update_model_package(ModelPackageArn=package, CustomerMetadataProperties={"seen": "yes"})
    [message] = wait_until(lambda: aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"), "the event")
    assert json.loads(message["Body"])["detail"]["UpdatedModelPackageFields"] == ["CustomerMetadataProperties"]


def test_a_stack_registers_a_version_and_approves_it(hosting, aws, group):
    properties = {
        "ModelPackageGroupName": group,
        "ModelApprovalStatus": "PendingManualApproval",
        "CustomerMetadataProperties": {"CommitId": "abc"},
    }
    package = {"Type": "AWS::SageMaker::ModelPackage", "Properties": properties}
    template = {"Resources": {"Version": package}, "Outputs": {"Arn": {"Value": {"Ref": "Version"}}}}
    cloudformation, name = aws.client("cloudformation"), hosting.unique("registering")
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    arn = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["Outputs"][0]["OutputValue"]
    described = hosting.client.describe_model_package(ModelPackageName=arn)
    assert (described["ModelApprovalStatus"], described["ModelPackageVersion"]) == ("PendingManualApproval", 1)
    properties["ModelApprovalStatus"] = "Approved"
    cloudformation.update_stack(StackName=name, TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    described = hosting.client.describe_model_package(ModelPackageName=arn)
    assert (described["ModelApprovalStatus"], described["ModelPackageArn"]) == ("Approved", arn)
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert hosting.client.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"] == []


def vertex(number: int) -> Vertex:
    return Vertex(f"arn:{number}", "Model", "Artifact", str(number))


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_ascendants_and_descendants_mirror_each_other(pairs):
    edges = [Edge(vertex(source), vertex(destination), "ContributedTo") for source, destination in pairs]
    for first in range(9):
        down, _ = reach(edges, [f"arn:{first}"], "Descendants", 10)
        for found in (each for each in down if each != vertex(first)):
            up, _ = reach(edges, [found.arn], "Ascendants", 10)
            assert f"arn:{first}" in {each.arn for each in up}
