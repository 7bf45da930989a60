"""All that can be under way when a server is killed, on one server with one restart: it goes on, or says in its own
record why not.

An affair is a generator: what stands before its ``yield`` is begun before the kill, what stands after it holds after
the restart.
"""

import json
import random
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.localaws.codepipeline.workbench import Workbench, action, approval, stage
from tests.localaws.deploying import zip_of
from tests.localaws.inboxes import allow, make_role
from tests.localaws.sagemaker.conftest import IMAGE, train
from tests.localaws.state.conftest import Kept
from tests.localaws.state.siege import free_port
from tests.localaws.waiting import wait_until

BUCKET = "under-way"
DOWN_SECONDS = 4.0
"""A schedule comes due so long after it was made, when the server is down."""
RESTARTED = "the embedded AWS was restarted"
_SERVICES = ("codebuild", "codepipeline", "lambda", "sagemaker", "scheduler", "states")

Affair = Callable[[Kept, str], Iterator[None]]


def ended(describe: Callable[..., Any], member: str, **named: str) -> Any:
    """The description of a SageMaker job once it is over."""

    def look() -> Any:
        found = describe(**named)
        return found if found[member] not in ("InProgress", "Stopping") else None

    return wait_until(look)


# -------------------------------------------------------------------------------------------------------- SageMaker


def training_job(kept: Kept, role: str) -> Iterator[None]:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/rows/"}}
    kept.client("sagemaker").create_training_job(
        TrainingJobName="long",
        RoleArn=role,
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        HyperParameters={"num_round": "1000000", "objective": "reg:squarederror"},
        InputDataConfig=[{"ChannelName": "train", "ContentType": "text/csv", "DataSource": source}],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
        ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )
    yield
    describe = kept.client("sagemaker").describe_training_job
    job = ended(describe, "TrainingJobStatus", TrainingJobName="long")
    assert (job["TrainingJobStatus"], RESTARTED in job["FailureReason"]) == ("Failed", True), job


def tuning_job(kept: Kept, role: str) -> Iterator[None]:
    """Its trial fails with the server, and is tried again with the same values."""
    sagemaker, named = kept.client("sagemaker"), {"HyperParameterTuningJobName": "searching"}
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/rows/"}}
    channels = [
        {"ChannelName": name, "ContentType": "text/csv", "DataSource": source} for name in ("train", "validation")
    ]
    sagemaker.create_hyper_parameter_tuning_job(
        **named,
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"ContinuousParameterRanges": [{"Name": "eta", "MinValue": "0.1", "MaxValue": "0.5"}]},
        },
        TrainingJobDefinition={
            "RoleArn": role,
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
            "StaticHyperParameters": {"num_round": "1000000", "objective": "reg:squarederror"},
            "InputDataConfig": channels,
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        },
    )

    def counted(status: str) -> Any:
        return kept.client("sagemaker").describe_hyper_parameter_tuning_job(**named)["TrainingJobStatusCounters"][
            status
        ]

    wait_until(lambda: counted("InProgress"))
    yield
    wait_until(lambda: counted("RetryableError") and counted("InProgress"))
    sagemaker = kept.client("sagemaker")
    first, second = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(**named)["TrainingJobSummaries"]
    assert RESTARTED in first["FailureReason"]
    assert first["TunedHyperParameters"] == second["TunedHyperParameters"]
    sagemaker.stop_hyper_parameter_tuning_job(**named)
    job = ended(sagemaker.describe_hyper_parameter_tuning_job, "HyperParameterTuningJobStatus", **named)
    assert (job["HyperParameterTuningJobStatus"], job["TrainingJobStatusCounters"]["Stopped"]) == ("Stopped", 1), job


def processing_job(kept: Kept, role: str) -> Iterator[None]:
    kept.client("s3").put_object(Bucket=BUCKET, Key="code/script.py", Body=b"import time\ntime.sleep(600)\n")
    kept.client("sagemaker").create_processing_job(
        ProcessingJobName="long",
        RoleArn=role,
        AppSpecification={
            "ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
            "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/script.py"],
        },
        ProcessingInputs=[
            {
                "InputName": "code",
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/code/",
                    "LocalPath": "/opt/ml/processing/input/code",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        ProcessingResources={"ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}},
    )
    yield
    describe = kept.client("sagemaker").describe_processing_job
    job = ended(describe, "ProcessingJobStatus", ProcessingJobName="long")
    assert (job["ProcessingJobStatus"], RESTARTED in job["FailureReason"]) == ("Failed", True), job


def model_pipelines(kept: Kept, role: str) -> Iterator[None]:
    """A callback that is waited for, a job that runs, a later try that is to come."""
    sagemaker, sqs, quota = kept.client("sagemaker"), kept.client("sqs"), "ml.m5.xlarge for processing job usage"
    url = sqs.create_queue(QueueName="callbacks")["QueueUrl"]
    kept.aws.rehearsal("POST", "quotas", **{quota: 0})
    kept.client("s3").put_object(Bucket=BUCKET, Key="code/wait.py", Body=b"import time\ntime.sleep(600)\n")
    kept.client("s3").put_object(Bucket=BUCKET, Key="code/done.py", Body=b"print('done')\n")
    policy = {
        "ExceptionType": ["SageMaker.RESOURCE_LIMIT"],
        "IntervalSeconds": 3,
        "BackoffRate": 1,
        "ExpireAfterMin": 60,
    }
    steps = {
        "asks": {"Name": "Step", "Type": "Callback", "Arguments": {}, "SqsQueueUrl": url, "OutputParameters": []},
        "runs": processing_step("wait.py", "ml.m5.large"),
        "tries": {**processing_step("done.py", "ml.m5.xlarge"), "RetryPolicies": [policy]},
    }
    arns = {name: started_pipeline(kept, name, step, role) for name, step in steps.items()}
    message = wait_until(lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"))[0]
    wait_until(lambda: step_of(kept, arns["runs"]).get("StepStatus") == "Executing")
    wait_until(lambda: step_of(kept, arns["tries"]).get("StepStatus") == "Starting")
    yield
    sagemaker = kept.client("sagemaker")
    kept.aws.rehearsal("POST", "quotas", **{quota: None})
    token = json.loads(message["Body"])["token"]
    sagemaker.send_pipeline_execution_step_success(CallbackToken=token)
    statuses = {}
    for name, arn in arns.items():
        found = wait_until(lambda arn=arn: over(sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)))
        statuses[name] = found["PipelineExecutionStatus"]
    assert statuses == {"asks": "Succeeded", "runs": "Failed", "tries": "Succeeded"}, step_of(kept, arns["tries"])
    assert RESTARTED in step_of(kept, arns["runs"])["FailureReason"]


def processing_step(script: str, instance: str) -> dict[str, Any]:
    """A step that runs a script of the bucket."""
    source = {"S3Uri": f"s3://{BUCKET}/code/", "LocalPath": "/opt/ml/processing/input/code"}
    arguments = {
        "AppSpecification": {
            "ImageUri": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3",
            "ContainerEntrypoint": ["python3", f"/opt/ml/processing/input/code/{script}"],
        },
        "ProcessingInputs": [
            {"InputName": "code", "S3Input": {**source, "S3DataType": "S3Prefix", "S3InputMode": "File"}}
        ],
        "ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "InstanceType": instance, "VolumeSizeInGB": 5}},
    }
    return {"Name": "Step", "Type": "Processing", "Arguments": arguments}


def started_pipeline(kept: Kept, name: str, step: dict[str, Any], role: str) -> str:
    """An execution of a pipeline of one step."""
    definition = json.dumps({"Version": "2020-12-01", "Steps": [step]})
    kept.client("sagemaker").create_pipeline(PipelineName=name, PipelineDefinition=definition, RoleArn=role)
    return kept.client("sagemaker").start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]


def step_of(kept: Kept, arn: str) -> dict[str, Any]:
    """The one step of an execution; nothing before it has begun."""
    listed = kept.client("sagemaker").list_pipeline_execution_steps(PipelineExecutionArn=arn)["PipelineExecutionSteps"]
    return listed[0] if listed else {}


def over(found: dict[str, Any]) -> dict[str, Any] | None:
    """An execution that has ended."""
    return found if found["PipelineExecutionStatus"] in ("Succeeded", "Failed", "Stopped") else None


def transform_job(kept: Kept, role: str) -> Iterator[None]:
    """Two hundred thousand requests, one a row."""
    trained, sagemaker = train(0), kept.client("sagemaker")
    kept.client("s3").put_object(Bucket=BUCKET, Key="model.tar.gz", Body=trained.artifact())
    kept.client("s3").put_object(Bucket=BUCKET, Key="many/rows.csv", Body=trained.csv(200) * 1000)
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
    sagemaker.create_model(ModelName="model", ExecutionRoleArn=role, PrimaryContainer=container)
    sagemaker.create_transform_job(
        TransformJobName="long",
        ModelName="model",
        BatchStrategy="SingleRecord",
        TransformInput={
            "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/many/"}},
            "ContentType": "text/csv",
            "SplitType": "Line",
        },
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/transformed"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
    )
    yield
    job = ended(kept.client("sagemaker").describe_transform_job, "TransformJobStatus", TransformJobName="long")
    assert (job["TransformJobStatus"], RESTARTED in job["FailureReason"]) == ("Failed", True), job
    assert "Contents" not in kept.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="transformed")


# --------------------------------------------------------------------------------- builds, state machines, pipelines


def build(kept: Kept, role: str) -> Iterator[None]:
    kept.client("codebuild").create_project(
        name="long",
        source={
            "type": "NO_SOURCE",
            "buildspec": "version: 0.2\nphases:\n  build:\n    commands:\n      - sleep 600\n",
        },
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )
    started = kept.client("codebuild").start_build(projectName="long")["build"]["id"]
    yield

    def over() -> Any:
        (found,) = kept.client("codebuild").batch_get_builds(ids=[started])["builds"]
        return found if found["buildComplete"] else None

    found = wait_until(over)
    told = [context["message"] for phase in found["phases"] for context in phase.get("contexts", [])]
    assert (found["buildStatus"], any(RESTARTED in one for one in told)) == ("FAULT", True)


def state_machines(kept: Kept, role: str) -> Iterator[None]:
    def start(name: str, state: dict[str, Any]) -> str:
        definition = json.dumps({"StartAt": "Only", "States": {"Only": state}})
        states = kept.client("stepfunctions")
        arn = states.create_state_machine(name=name, definition=definition, roleArn=role)["stateMachineArn"]
        started: str = states.start_execution(stateMachineArn=arn)["executionArn"]
        return started

    def status(arn: str) -> Any:
        return kept.client("stepfunctions").describe_execution(executionArn=arn)["status"]

    quick, long = start("quick", {"Type": "Succeed"}), start("long", {"Type": "Wait", "Seconds": 600, "End": True})
    wait_until(lambda: status(quick) == "SUCCEEDED")
    history = kept.client("stepfunctions").get_execution_history(executionArn=quick)["events"]
    yield
    assert kept.client("stepfunctions").get_execution_history(executionArn=quick)["events"] == history
    wait_until(lambda: status(long) == "FAILED")
    described = kept.client("stepfunctions").describe_execution(executionArn=long)
    last = kept.client("stepfunctions").get_execution_history(executionArn=long)["events"][-1]
    assert "The embedded AWS was restarted while the execution ran" in described["cause"]
    assert (last["type"], last["executionFailedEventDetails"]["cause"]) == ("ExecutionFailed", described["cause"])
    again = start("again", {"Type": "Succeed"})
    wait_until(lambda: status(again) == "SUCCEEDED")


def pipelines(kept: Kept, role: str) -> Iterator[None]:
    """One waits for an approval, which can be given afterwards; the provider of the other's action was at work."""
    bench = Workbench(kept.aws, BUCKET, role, lambda stem: f"{stem}-{random.randrange(10**9)}")
    bench.upload()
    waiting = bench.create(stage("Gate", approval()))
    configuration = {"ProjectName": "long"}
    building = action("Build", "Build", "CodeBuild", configuration=configuration, inputs=["SourceOutput"])
    working = bench.create(stage("Build", building))
    token = wait_until(lambda: bench.action_state(waiting, "Approve").get("token"))
    wait_until(lambda: bench.action_state(working, "Build").get("status") == "InProgress")
    yield
    bench.aws = kept.aws
    bench.codepipeline.put_approval_result(
        pipelineName=waiting,
        stageName="Gate",
        actionName="Approve",
        token=token,
        result={"summary": "yes", "status": "Approved"},
    )
    wait_until(lambda: bench.executions(waiting)[0]["status"] == "Succeeded")
    wait_until(lambda: bench.executions(working)[0]["status"] == "Failed")
    told = bench.action_state(working, "Build")["errorDetails"]["message"]
    assert "The embedded AWS was stopped while the action ran" in told


# ---------------------------------------------------------------------------------------------------- CloudFormation


class CustomResources:
    """A topic that backs custom resources; what CloudFormation asks of it lands in a queue, and the test answers."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        sqs, sns = kept.client("sqs"), kept.client("sns")
        url = sqs.create_queue(QueueName="asked")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        policy = allow("sns.amazonaws.com", action="sqs:SendMessage", resource=arn)
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        self.topic = sns.create_topic(Name="custom")["TopicArn"]
        raw = {"RawMessageDelivery": "true"}
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn, Attributes=raw)
        self._asked: list[dict[str, Any]] = []

    def event(self, stack: str, kind: str) -> dict[str, Any]:
        """What was asked; each question is given once."""

        def find() -> Any:
            sqs = self._kept.client("sqs")
            url = sqs.get_queue_url(QueueName="asked")["QueueUrl"]
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                self._asked.append(json.loads(message["Body"]))
            found = [
                event for event in self._asked if f"/{stack}/" in event["StackId"] and event["RequestType"] == kind
            ]
            for event in found:
                self._asked.remove(event)
            return found[-1] if found else None

        asked: dict[str, Any] = wait_until(find)
        return asked

    @staticmethod
    def answer(event: dict[str, Any]) -> None:
        members = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
        physical_id = event.get("PhysicalResourceId", "made")
        body = json.dumps({"Status": "SUCCESS", "PhysicalResourceId": physical_id, **members}).encode()
        urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT")).close()

    def template(self, **more: Any) -> str:
        asking = {"Type": "Custom::Thing", "Properties": {"ServiceToken": self.topic}}
        return json.dumps({"Resources": {"Thing": asking, **more}})


def stack_status(kept: Kept, stack_id: str) -> tuple[str, str]:
    (found,) = kept.client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return found["StackStatus"], found.get("StackStatusReason", "")


def stacks(kept: Kept, _role: str) -> Iterator[None]:
    """One is being made, one changed, one deleted: each waits for the answer of a custom resource."""
    custom, client = CustomResources(kept), kept.client("cloudformation")
    queue = {"Type": "AWS::SQS::Queue"}
    ids = {
        name: client.create_stack(StackName=name, TemplateBody=custom.template(Queue=queue))["StackId"]
        for name in ("made", "changed", "deleted")
    }
    for name in ("changed", "deleted"):
        custom.answer(custom.event(name, "Create"))
        wait_until(lambda name=name: stack_status(kept, ids[name])[0] == "CREATE_COMPLETE")
    renamed = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "renamed"}}
    thing = {"Type": "Custom::Thing", "Properties": {"ServiceToken": custom.topic}, "DependsOn": "Queue"}
    wanted = json.dumps(
        {"Resources": {"Thing": json.loads(custom.template())["Resources"]["Thing"], "Queue": renamed, "More": thing}}
    )
    client.update_stack(StackName="changed", TemplateBody=wanted)
    client.delete_stack(StackName="deleted")
    custom.event("made", "Create")
    custom.event("changed", "Create")
    custom.event("deleted", "Delete")
    wait_until(lambda: _queues(kept, "made"))
    yield
    for name in ("made", "changed", "deleted"):
        custom.answer(custom.event(name, "Delete"))
    wait_until(lambda: stack_status(kept, ids["made"])[0] == "ROLLBACK_COMPLETE")
    wait_until(lambda: stack_status(kept, ids["changed"])[0] == "UPDATE_ROLLBACK_COMPLETE")
    wait_until(lambda: stack_status(kept, ids["deleted"])[0] == "DELETE_COMPLETE")
    for name, logical_id in (("made", "Thing"), ("changed", "More")):
        events = kept.client("cloudformation").describe_stack_events(StackName=ids[name])["StackEvents"]
        told = {
            event.get("ResourceStatusReason", "")
            for event in events
            if event["LogicalResourceId"] in (name, logical_id)
        }
        assert any("The embedded AWS was restarted" in one for one in told), events
    assert (len(_queues(kept, "made")), len(_queues(kept, "deleted")), len(_queues(kept, "renamed"))) == (0, 0, 0)
    resources = kept.client("cloudformation").describe_stack_resources(StackName="changed")["StackResources"]
    assert sorted(resource["LogicalResourceId"] for resource in resources) == ["Queue", "Thing"]
    assert [r["PhysicalResourceId"] for r in resources if r["LogicalResourceId"] == "Queue"] == _queues(kept, "changed")


def _queues(kept: Kept, prefix: str) -> list[str]:
    found: list[str] = kept.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    return found


# -------------------------------------------------------------------------------------------------- functions, events


def accepted_events(kept: Kept, role: str) -> Iterator[None]:
    """An event, and a message of a mapped queue, whose function was running come to it again."""
    code = (
        "import boto3, time, uuid\n"
        "def handler(event, context):\n"
        "    kind = 'message' if 'Records' in event else 'event'\n"
        f"    boto3.client('s3').put_object(Bucket='{BUCKET}', Key=f'marks/{{kind}}/{{uuid.uuid4().hex}}', Body=b'')\n"
        "    time.sleep(30)\n"
    )
    sqs, functions = kept.client("sqs"), kept.client("lambda")
    functions.create_function(
        FunctionName="slow",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Timeout=31,
        Code={"ZipFile": zip_of({"app.py": code})},
    )
    url = sqs.create_queue(QueueName="source", Attributes={"VisibilityTimeout": "31"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName="slow")
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    functions.invoke(FunctionName="slow", InvocationType="Event", Payload=b"{}")

    def marks(kind: str) -> int:
        count: int = kept.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"marks/{kind}/")["KeyCount"]
        return count

    wait_until(lambda: marks("event") == 1 and marks("message") == 1)
    yield
    wait_until(lambda: marks("event") == 2)
    kept.aws.rehearsal("POST", "clock", seconds=60)  # the message's visibility timeout
    wait_until(lambda: marks("message") == 2)


def mail(kept: Kept, _role: str) -> Iterator[None]:
    sns = kept.client("sns")
    topic = sns.create_topic(Name="mails")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.com")

    def texts() -> list[str]:
        return [message["text"] for message in kept.aws.rehearsal("GET", "mailbox")["messages"]]

    sns.publish(TopicArn=topic, Message="before")
    wait_until(lambda: any("before" in text for text in texts()))
    before = texts()
    yield
    assert texts() == before
    kept.client("sns").publish(TopicArn=topic, Message="after")
    wait_until(lambda: any("after" in text for text in texts()))
    assert [message["number"] for message in kept.aws.rehearsal("GET", "mailbox")["messages"]] == [
        *range(1, len(before) + 2)
    ]


def missed_schedule(kept: Kept, role: str) -> Iterator[None]:
    """Comes due while the server is down."""
    due = (datetime.now(UTC) + timedelta(seconds=DOWN_SECONDS)).replace(microsecond=0)
    url = _schedule_once(kept, role, "missed", due)
    yield
    _is_delivered(kept, "missed", url, due)


def schedule_on_its_way(kept: Kept, role: str) -> Iterator[None]:
    """Came due before the kill, and its queue has not taken the message."""
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=2)
    order = {"kind": "delay", "service": "sqs", "operation": "SendMessage", "name": "on-its-way", "seconds": 600}
    fault = kept.aws.rehearsal("POST", "faults", **order)
    url = _schedule_once(kept, role, "on-its-way", due)
    wait_until(
        lambda: {"id": fault["id"], "count": 0} in [_of(each) for each in kept.aws.rehearsal("GET", "faults")],
        "the message is held up",
    )
    assert kept.client("scheduler").get_schedule(Name="on-its-way")["State"] == "ENABLED"
    yield
    _is_delivered(kept, "on-its-way", url, due)


def _of(fault: dict[str, Any]) -> dict[str, Any]:
    return {"id": fault["id"], "count": fault["count"]}


def _schedule_once(kept: Kept, role: str, name: str, due: datetime) -> str:
    """A schedule that sends its time to a queue of its name, whose URL is given, and goes then."""
    sqs = kept.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    kept.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={"Arn": arn, "RoleArn": role, "Input": '"<aws.scheduler.scheduled-time>"'},
    )
    return str(url)


def _is_delivered(kept: Kept, name: str, url: str, due: datetime) -> None:
    (message,) = wait_until(lambda: kept.client("sqs").receive_message(QueueUrl=url).get("Messages"))
    assert json.loads(message["Body"]) == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    wait_until(lambda: not kept.client("scheduler").list_schedules(NamePrefix=name)["Schedules"])


def records(kept: Kept, _role: str) -> Iterator[None]:
    """What lies still: tables, parameters with their history, secrets."""
    kept.client("dynamodb").create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    item = {"key": {"S": "a"}, "numbers": {"NS": ["1", "2"]}, "deep": {"M": {"list": {"L": [{"BOOL": True}]}}}}
    kept.client("dynamodb").put_item(TableName="table", Item=item)
    for value in ("one", "two"):
        kept.client("ssm").put_parameter(Name="/word", Value=value, Type="SecureString", Overwrite=True)
    kept.client("secretsmanager").create_secret(Name="secret", SecretString="old")
    kept.client("secretsmanager").put_secret_value(SecretId="secret", SecretString="new")
    yield
    found = kept.client("dynamodb").get_item(TableName="table", Key={"key": {"S": "a"}})["Item"]
    assert {**found, "numbers": sorted(found["numbers"]["NS"])} == {**item, "numbers": ["1", "2"]}
    history = kept.client("ssm").get_parameter_history(Name="/word", WithDecryption=True)["Parameters"]
    assert [version["Value"] for version in history] == ["one", "two"]
    secrets = kept.client("secretsmanager")
    stages = ("AWSPREVIOUS", "AWSCURRENT")
    values = [secrets.get_secret_value(SecretId="secret", VersionStage=each)["SecretString"] for each in stages]
    assert values == ["old", "new"]


AFFAIRS: tuple[Affair, ...] = (
    records,
    mail,
    stacks,
    build,
    state_machines,
    pipelines,
    transform_job,
    model_pipelines,
    processing_job,
    accepted_events,
    training_job,
    tuning_job,
    schedule_on_its_way,
    missed_schedule,
)
"""The schedule is the last: from its making to the kill no more time than necessary shall pass."""


def test_what_was_under_way_at_a_kill_goes_on_or_says_why_not(make_kept: Callable[..., Kept], tmp_path: Path) -> None:
    kept = make_kept(free_port(random.Random()))
    kept.client("s3").create_bucket(Bucket=BUCKET)
    kept.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    rows = train(0).csv(200).replace(b"\n", b",1\n")
    kept.client("s3").put_object(Bucket=BUCKET, Key="rows/rows.csv", Body=rows)
    role = make_role(kept.aws, "under-way", _SERVICES, "*")
    affairs = [affair(kept, role) for affair in AFFAIRS]
    for affair in affairs:
        next(affair)
    made_at, url = time.monotonic(), kept.aws.url
    kept.snapshot()
    kept.kill()
    time.sleep(max(0.0, made_at + DOWN_SECONDS - time.monotonic()))
    with (tmp_path / "log").open("w") as log:
        kept.start(log=log)
    assert kept.aws.url == url  # the same port: addresses that the account holds are good again
    for affair in affairs:
        assert next(affair, "over") == "over"
    kept.snapshot()
    assert "cannot be kept" not in (tmp_path / "log").read_text()
