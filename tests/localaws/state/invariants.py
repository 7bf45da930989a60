"""What must hold after every restart: what was promised is there, and nothing is half there.

Each check gives what is wrong, in words; an empty list says that all is well.
"""

import contextlib
import hashlib
import io
import tarfile
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from tests.localaws.state.chores import BUCKET
from tests.localaws.state.journal import Journal
from tests.localaws.waiting import wait_until

LONGEST_SECONDS = 60.0
"""So long may what goes on after a restart take to come to its end."""
_CHECKED_ENDED = 30
"""Of jobs and executions that have ended the newest so many are looked at."""

Client = Callable[[str], Any]


def broken(client: Client, journal: Journal) -> list[str]:
    """All that is wrong."""
    found: list[str] = []
    for check in (_stacks, _training_jobs, _endpoints, _machine_executions, _builds, _pipeline_executions):
        found += check(client)
    for kind, look in _PRESENT.items():
        present = look(client)
        found += [f"{kind} {name} was promised and is not there" for name in journal.promised(kind).keys() - present]
        found += [f"{kind} {name} was removed and is there again" for name in journal.removed(kind) & present.keys()]
        for name, value in journal.promised(kind).items():
            if value and present.get(name, value) != value:
                found.append(f"{kind} {name} has another content")
    journal.forget("message")  # taken from the queue by looking
    return found


def missing_marks(client: Client, promised: set[str]) -> set[str]:
    """Events that were accepted and never came to their function, as long as that stays so."""
    return _until(lambda: promised - {key.removeprefix("marks/") for key in _keys(client, "marks/")}, set())


def _until(look: Callable[[], Any], wanted: Any) -> Any:
    """The last that ``look`` gave: ``wanted``, unless that took too long."""
    with contextlib.suppress(AssertionError):
        wait_until(lambda: look() == wanted, seconds=LONGEST_SECONDS)
    return look()


# ---------------------------------------------------------------------------------------------------- what is there


def _keys(client: Client, prefix: str) -> list[str]:
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def _objects(client: Client) -> dict[str, str]:
    """Every listed object is read whole; its value is its content's MD5, which its ETag must be."""
    found = {}
    for key in _keys(client, "objects/"):
        got = client("s3").get_object(Bucket=BUCKET, Key=key)
        body = got["Body"].read()
        md5 = hashlib.md5(body).hexdigest()
        found[key] = md5 if got["ETag"] == f'"{md5}"' and got["ContentLength"] == len(body) else "not its ETag's"
    return found


def _parameters(client: Client) -> dict[str, str]:
    pages = client("ssm").get_paginator("get_parameters_by_path").paginate(Path="/work")
    return {each["Name"]: each["Value"] for p in pages for each in p["Parameters"]}


def _items(client: Client) -> dict[str, str]:
    items = client("dynamodb").scan(TableName="work", ConsistentRead=True)["Items"]
    return {item["name"]["S"]: item["value"]["S"] for item in items}


def _messages(client: Client) -> dict[str, str]:
    """All messages of the queue that nobody polls; they are deleted."""
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName="parked")["QueueUrl"]
    found: dict[str, Any] = {}
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        found |= {message["Body"]: message["Body"] for message in messages}
        entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(messages)]
        sqs.delete_message_batch(QueueUrl=url, Entries=entries)
    return found


def _live_stacks(client: Client) -> list[dict[str, Any]]:
    return [
        stack
        for page in client("cloudformation").get_paginator("describe_stacks").paginate()
        for stack in page["Stacks"]
    ]


def _jobs(client: Client, **members: Any) -> list[dict[str, Any]]:
    pages = client("sagemaker").get_paginator("list_training_jobs").paginate(**members)
    return [job for page in pages for job in page["TrainingJobSummaries"]]


def _machine_arn(client: Client) -> str:
    (machine,) = client("stepfunctions").list_state_machines()["stateMachines"]
    return str(machine["stateMachineArn"])


def _machine_runs(client: Client) -> list[dict[str, Any]]:
    arn = _machine_arn(client)
    pages = client("stepfunctions").get_paginator("list_executions").paginate(stateMachineArn=arn)
    return [run for page in pages for run in page["executions"]]


def _pipeline_runs(client: Client) -> list[dict[str, Any]]:
    pages = client("codepipeline").get_paginator("list_pipeline_executions").paginate(pipelineName="work")
    return [run for page in pages for run in page["pipelineExecutionSummaries"]]


def _endpoint_names(client: Client) -> dict[str, str]:
    return {each["EndpointName"]: "" for each in client("sagemaker").list_endpoints(MaxResults=100)["Endpoints"]}


_PRESENT: dict[str, Callable[[Client], dict[str, str]]] = {
    "object": _objects,
    "parameter": _parameters,
    "item": _items,
    "message": _messages,
    "training job": lambda client: {job["TrainingJobName"]: "" for job in _jobs(client)},
    "endpoint": _endpoint_names,
    "state machine execution": lambda client: {run["name"]: "" for run in _machine_runs(client)},
    "pipeline execution": lambda client: {run["pipelineExecutionId"]: "" for run in _pipeline_runs(client)},
    "stack": lambda client: {stack["StackName"]: "" for stack in _live_stacks(client)},
}


# -------------------------------------------------------------------------------------------------- nothing is half


def _stacks(client: Client) -> list[str]:
    """A settled stack has all its resources or none, and no queue, topic or log group is without its stack."""

    def busy() -> list[str]:
        return [each["StackName"] for each in _live_stacks(client) if each["StackStatus"].endswith("_IN_PROGRESS")]

    found = [f"stack {name} is still in progress" for name in _until(busy, [])]
    owned: set[str] = set()
    for stack in _live_stacks(client):
        name, status = stack["StackName"], stack["StackStatus"]
        resources = client("cloudformation").describe_stack_resources(StackName=stack["StackId"])["StackResources"]
        there: set[Any] = {r.get("PhysicalResourceId") for r in resources if r["ResourceStatus"] != "DELETE_COMPLETE"}
        there -= {None, ""}
        owned |= there
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"):
            found += [] if len(there) == 3 else [f"stack {name} is {status} with {len(there)} of 3 resources"]
        elif status != "ROLLBACK_COMPLETE" or there:
            found.append(f"stack {name} is {status} with {len(there)} resources: {stack.get('StackStatusReason')}")
    made = _made_by_stacks(client)
    found += [f"{each} is of a stack and is gone" for each in owned - made]
    return found + [f"{each} belongs to no stack" for each in made - owned]


def _made_by_stacks(client: Client) -> set[str]:
    queues = client("sqs").list_queues(QueueNamePrefix="stack-", MaxResults=1000).get("QueueUrls", [])
    topics = [t["TopicArn"] for p in client("sns").get_paginator("list_topics").paginate() for t in p["Topics"]]
    groups = client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix="stack-")
    return {*queues, *topics, *(group["logGroupName"] for page in groups for group in page["logGroups"])}


def _training_jobs(client: Client) -> list[str]:
    """A job has ended, with its model or with the reason."""
    busy = _until(lambda: [job["TrainingJobName"] for job in _jobs(client, StatusEquals="InProgress")], [])
    found = [f"training job {name} is still in progress" for name in busy]
    for summary in _jobs(client)[:_CHECKED_ENDED]:
        job = client("sagemaker").describe_training_job(TrainingJobName=summary["TrainingJobName"])
        name, status = job["TrainingJobName"], job["TrainingJobStatus"]
        if status == "Completed" and not _has_model(client, job["ModelArtifacts"]["S3ModelArtifacts"]):
            found.append(f"training job {name} is Completed without its model")
        if status == "Failed" and "the embedded AWS was restarted" not in job.get("FailureReason", ""):
            found.append(f"training job {name} is Failed: {job.get('FailureReason')}")
    return found


def _has_model(client: Client, uri: str) -> bool:
    try:
        body = client("s3").get_object(Bucket=BUCKET, Key=uri.partition(f"//{BUCKET}/")[2])["Body"].read()
    except ClientError:
        return False
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        return "xgboost-model" in tar.getnames()


def _endpoints(client: Client) -> list[str]:
    """An endpoint answers."""
    sagemaker, found = client("sagemaker"), []

    def busy() -> list[str]:
        answer = sagemaker.list_endpoints(MaxResults=100)
        return [e["EndpointName"] for e in answer["Endpoints"] if e["EndpointStatus"] not in ("InService", "Failed")]

    found += [f"endpoint {name} is still on its way" for name in _until(busy, [])]
    for name in _endpoint_names(client):
        described = sagemaker.describe_endpoint(EndpointName=name)
        if described["EndpointStatus"] != "InService":
            found.append(f"endpoint {name} is {described['EndpointStatus']}: {described.get('FailureReason')}")
            continue
        try:
            client("sagemaker-runtime").invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=b"1,2,3,4")
        except ClientError as error:
            found.append(f"endpoint {name} does not answer: {error}")
    return found


def _machine_executions(client: Client) -> list[str]:
    def busy() -> list[str]:
        return [run["name"] for run in _machine_runs(client) if run["status"] == "RUNNING"]

    states = client("stepfunctions")
    found = [f"execution {name} of the state machine is stuck" for name in _until(busy, [])]
    for run in _machine_runs(client)[:_CHECKED_ENDED]:
        described = states.describe_execution(executionArn=run["executionArn"])
        events = states.get_execution_history(executionArn=run["executionArn"])["events"]
        last = events[-1]["type"] if events else "nothing"
        is_failed = described["status"] == "FAILED"
        if is_failed and "restarted" not in described.get("cause", ""):
            found.append(f"execution {run['name']} failed: {described.get('cause')}")
        if last != ("ExecutionFailed" if is_failed else "ExecutionSucceeded"):
            found.append(f"execution {run['name']} is {described['status']}, and its history ends with {last}")
    return found


def _builds(client: Client) -> list[str]:
    builds = client("codebuild")
    names = builds.list_builds_for_project(projectName="work")["ids"][:_CHECKED_ENDED]
    if not names:
        return []

    def busy() -> list[str]:
        return [b["id"] for b in builds.batch_get_builds(ids=names)["builds"] if b["buildStatus"] == "IN_PROGRESS"]

    found = [f"build {name} is still in progress" for name in _until(busy, [])]
    for build in builds.batch_get_builds(ids=names)["builds"]:
        told = [context["message"] for phase in build["phases"] for context in phase.get("contexts", [])]
        if build["buildStatus"] not in ("SUCCEEDED", "IN_PROGRESS") and not any("restarted" in one for one in told):
            found.append(f"build {build['id']} is {build['buildStatus']}: {told}")
    return found


def _pipeline_executions(client: Client) -> list[str]:
    pipelines, found = client("codepipeline"), []

    def busy() -> list[str]:
        return [run["pipelineExecutionId"] for run in _pipeline_runs(client) if run["status"] == "InProgress"]

    found += [f"pipeline execution {name} is stuck" for name in _until(busy, [])]
    for run in _pipeline_runs(client)[:_CHECKED_ENDED]:
        if run["status"] == "Failed":
            only = {"pipelineExecutionId": run["pipelineExecutionId"]}
            details = pipelines.list_action_executions(pipelineName="work", filter=only)["actionExecutionDetails"]
            failed = [action for action in details if action["status"] == "Failed"]
            told = [action["output"]["executionResult"].get("errorDetails", {}).get("message", "") for action in failed]
            if not told or not all("stopped while the action ran" in one for one in told):
                found.append(f"pipeline execution {run['pipelineExecutionId']} failed: {told}")
    return found
