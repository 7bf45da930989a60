"""The published one-click stack, launched by its link: nested stacks, a custom resource that copies the files, a run;
then deleted."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from rehearsal.toolkit import project
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.cleanup import teardown
from rehearsal.toolkit.executions import report, watching
from rehearsal.toolkit.executions.events import silence
from rehearsal.toolkit.executions.executions import Status
from rehearsal.toolkit.stacks import packaging, publishing

STACK = "one-click-by-link"
WORKSHOP = Workshop("onelink")


def as_the_link_says(link: publishing.LaunchLink, suffix: str) -> dict[str, Any]:
    """The request that the console's form sends, with the attendee's initials typed in."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(link.url).fragment.partition("?")[2]).items()}
    given = {name.removeprefix("param_"): value for name, value in query.items() if name.startswith("param_")}
    parameters = [
        {"ParameterKey": name, "ParameterValue": value} for name, value in {**given, "SuffixID": suffix}.items()
    ]
    return {"TemplateURL": query["templateURL"], "Parameters": parameters}


def test_an_attendee_launches_by_the_link_runs_and_deletes(aws: Any, tmp_path: Path) -> None:
    announced = aws.announced
    reached = account.reach(
        Access(None, announced.region, aws.url, announced.access_key_id, announced.secret_access_key)
    )
    published = publishing.publish(
        reached, project.find(), packaging.build(tmp_path, project.find().functions), "one-click-published"
    )
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(
        StackName=STACK,
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        **as_the_link_says(published.links[0], WORKSHOP.suffix),
    )
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    nested = {each["ResourceType"]: each for each in resources_of(cloudformation, STACK)}
    assert {"AWS::CloudFormation::Stack", "Custom::WorkshopFiles", "AWS::Lambda::Function"} <= nested.keys()

    execution = watching.watch(reached, WORKSHOP.pipeline, watching.adopt(reached, WORKSHOP.pipeline), silence)
    assert execution.status is Status.SUCCEEDED, execution.failed_actions
    assert {each.action: each.rows for each in report.evaluations_of(execution)} == {"SmokeTest": 160, "FullTest": 160}

    teardown.destroy(reached, WORKSHOP, silence)
    cloudformation.delete_stack(
        StackName=STACK
    )  # rehearse destroy has taken the endpoints, and the buckets before their stack
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    buckets = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    assert buckets & set(WORKSHOP.buckets) == set()


def resources_of(cloudformation: Any, stack: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    return found
