"""Real work for a server that is going to be killed: each chore makes and removes things, and notes what was
answered."""

import hashlib
import json
import random
import threading
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tests.conftest import EmbeddedAws
from tests.localaws.codepipeline.workbench import action, function, stage
from tests.localaws.deploying import ALLOW_ALL, zip_of
from tests.localaws.sagemaker.conftest import IMAGE, train
from tests.localaws.state.journal import Journal

BUCKET = "work"
_SERVICES = ("codebuild", "codepipeline", "lambda", "sagemaker", "states")
_MOST_KEPT = 12
"""A chore removes what it made earlier beyond so many."""
_FUNCTION = """
import boto3

def handler(event, context):
    if "CodePipeline.job" in event:
        boto3.client("codepipeline").put_job_success_result(jobId=event["CodePipeline.job"]["id"])
        return
    for name in [record["body"] for record in event["Records"]] if "Records" in event else [event["name"]]:
        boto3.client("s3").put_object(Bucket="work", Key=f"marks/{name}", Body=b"")
"""
_TEMPLATE = {
    "Parameters": {"Colour": {"Type": "String"}},
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "colour", "Value": {"Ref": "Colour"}}]}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Colour"}}, "DependsOn": "Queue"},
        "Group": {"Type": "AWS::Logs::LogGroup", "DependsOn": "Topic"},
    },
}
_SPEC = "version: 0.2\nphases:\n  build:\n    commands:\n      - sleep 1\n"
_MACHINE = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}


def client_of(aws: EmbeddedAws) -> Callable[[str], Any]:
    """Clients that try once: the server's end is seen at once, and nothing is done twice."""
    once = Config(retries={"total_max_attempts": 1}, read_timeout=60, max_pool_connections=20)
    session = boto3.session.Session(
        aws.announced.access_key_id, aws.announced.secret_access_key, region_name=aws.announced.region
    )
    made: dict[str, Any] = {}
    lock = threading.Lock()

    def client(service: str) -> Any:
        with lock:
            if service not in made:
                made[service] = session.client(service, endpoint_url=aws.url, config=once)
            return made[service]

    return client


def prepare(client: Callable[[str], Any]) -> None:
    """What all chores of all lives share."""
    role = _role(client("iam"))
    client("s3").create_bucket(Bucket=BUCKET)
    client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    client("s3").put_object(Bucket=BUCKET, Key="source.zip", Body=zip_of({"a": "b"}))
    client("s3").put_object(Bucket=BUCKET, Key="rows/rows.csv", Body=train(0).csv(200).replace(b"\n", b",1\n"))
    client("s3").put_object(Bucket=BUCKET, Key="model.tar.gz", Body=train(0).artifact())
    client("dynamodb").create_table(
        TableName="work",
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("lambda").create_function(
        FunctionName="mark",
        Runtime="python3.12",
        Role=role,
        Handler="app.handler",
        Timeout=30,
        Code={"ZipFile": zip_of({"app.py": _FUNCTION})},
    )
    client("sqs").create_queue(QueueName="parked")
    client("sqs").create_queue(QueueName="polled", Attributes={"VisibilityTimeout": "30"})
    arn = f"arn:aws:sqs:{client('sqs').meta.region_name}:123456789012:polled"
    client("lambda").create_event_source_mapping(EventSourceArn=arn, FunctionName="mark")
    container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/model.tar.gz"}
    client("sagemaker").create_model(ModelName="work", ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "All", "ModelName": "work", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    client("sagemaker").create_endpoint_config(EndpointConfigName="work", ProductionVariants=[variant])
    client("stepfunctions").create_state_machine(name="work", definition=json.dumps(_MACHINE), roleArn=role)
    client("codebuild").create_project(
        name="work",
        source={"type": "NO_SOURCE", "buildspec": _SPEC},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "any", "computeType": "BUILD_GENERAL1_SMALL"},
        serviceRole=role,
    )
    client("codepipeline").create_pipeline(pipeline=_pipeline(role))


def _role(iam: Any) -> str:
    principals = [f"{service}.amazonaws.com" for service in _SERVICES]
    trust = {"Effect": "Allow", "Principal": {"Service": principals}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName="work", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName="work", PolicyName="All", PolicyDocument=json.dumps(ALLOW_ALL))
    return arn


def _pipeline(role: str) -> dict[str, Any]:
    where = {"S3Bucket": BUCKET, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"}
    return {
        "name": "work",
        "roleArn": role,
        "artifactStore": {"type": "S3", "location": BUCKET},
        "pipelineType": "V2",
        "executionMode": "PARALLEL",
        "stages": [
            stage("Source", action("Fetch", "Source", "S3", configuration=where, outputs=["Code"])),
            stage("Work", function("Call", "mark")),
            stage("Again", function("Again", "mark")),
        ],
    }


class Chores:
    """The work of one life. ``names`` of things begin with the life's number."""

    def __init__(self, aws: EmbeddedAws, journal: Journal, life: int, seed: int) -> None:
        self.client, self._journal, self._life = client_of(aws), journal, life
        self._seed = seed
        self._number = 0
        self._over = threading.Event()
        self._working = threading.Event()
        self._lock = threading.Lock()
        self.faults: list[str] = []
        """Errors that the server answered with, or that came while it was up."""
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to work, every chore in a thread of its own."""
        for place, chore in enumerate(CHORES):
            choose = random.Random(self._seed * 100 + place)
            self._threads.append(threading.Thread(target=self._repeat, args=(chore, choose), daemon=True))
            self._threads[-1].start()

    def work(self, *, on: bool) -> None:
        """Go on, or rest: a second of rest has a snapshot taken."""
        (self._working.set if on else self._working.clear)()

    def server_is_gone(self) -> None:
        """Errors are no faults any more."""
        self._over.set()
        self._working.set()

    def join(self) -> None:
        """Wait for the threads, after the server's end."""
        for thread in self._threads:
            thread.join()

    def _repeat(self, chore: "Chore", choose: random.Random) -> None:
        while not self._over.is_set():
            self._working.wait()
            if self._over.is_set():
                return
            try:
                chore(self, choose)
            except (ClientError, BotoCoreError, KeyError) as error:  # a KeyError where the kill cut an answer off
                if not self._over.wait(1):  # the kill shows here before who killed has said so
                    self.faults.append(f"{chore.__name__}: {type(error).__name__}: {error}")
            self._over.wait(choose.uniform(0.01, 0.4))

    def _name(self) -> str:
        with self._lock:
            self._number += 1
            return f"{self._life}-{self._number}"

    def _older(self, kind: str) -> list[str]:
        """What has had its time."""
        return [*self._journal.promised(kind)][:-_MOST_KEPT]

    # ------------------------------------------------------------------------------------------------------ chores

    def objects(self, choose: random.Random) -> None:
        for _ in range(choose.randrange(1, 8)):
            key = f"objects/{self._name()}"
            body = choose.randbytes(choose.choice((10, 1000, 100_000, 300_000)))
            with self._journal.making("object", key, hashlib.md5(body).hexdigest()):
                self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        for key in self._older("object"):
            with self._journal.removing("object", key):
                self.client("s3").delete_object(Bucket=BUCKET, Key=key)

    def small_records(self, _choose: random.Random) -> None:
        name = self._name()
        with self._journal.making("parameter", f"/work/{name}", name):
            self.client("ssm").put_parameter(Name=f"/work/{name}", Value=name, Type="String")
        with self._journal.making("item", name, name):
            item = {"name": {"S": name}, "value": {"S": name}}
            self.client("dynamodb").put_item(TableName="work", Item=item)
        with self._journal.making("message", name, name):
            self.client("sqs").send_message(QueueUrl=self._queue("parked"), MessageBody=name)
        for old in self._older("parameter"):
            with self._journal.removing("parameter", old):
                self.client("ssm").delete_parameter(Name=old)
        for old in self._older("item"):
            with self._journal.removing("item", old):
                self.client("dynamodb").delete_item(TableName="work", Key={"name": {"S": old}})

    def _queue(self, name: str) -> str:
        return str(self.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])

    def events(self, _choose: random.Random) -> None:
        name = self._name()
        with self._journal.making("event", name):
            self.client("lambda").invoke(
                FunctionName="mark", InvocationType="Event", Payload=json.dumps({"name": name}).encode()
            )
        name = self._name()
        with self._journal.making("event", name):
            self.client("sqs").send_message(QueueUrl=self._queue("polled"), MessageBody=name)
        self._over.wait(0.5)

    def stacks(self, choose: random.Random) -> None:
        name = f"stack-{self._name()}"
        stacks, colour = self.client("cloudformation"), {"ParameterKey": "Colour", "ParameterValue": "blue"}
        with self._journal.making("stack", name):
            stacks.create_stack(StackName=name, TemplateBody=json.dumps(_TEMPLATE), Parameters=[colour])
        found = stacks.describe_stacks()["Stacks"]
        ready = [each["StackName"] for each in found if each["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")]
        for old in [each for each in self._older("stack") if each in ready]:  # one that is being updated is refused
            with self._journal.removing("stack", old):
                stacks.delete_stack(StackName=old)
        kept = [each for each in ready if each in self._journal.promised("stack")]
        if kept:
            shown = {"ParameterKey": "Colour", "ParameterValue": self._name()}
            stacks.update_stack(StackName=choose.choice(kept), UsePreviousTemplate=True, Parameters=[shown])

    def training(self, _choose: random.Random) -> None:
        name = f"job-{self._name()}"
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/rows/"}}
        with self._journal.making("training job", name):
            self.client("sagemaker").create_training_job(
                TrainingJobName=name,
                RoleArn=self._role(),
                AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
                HyperParameters={"num_round": "5", "objective": "reg:squarederror"},
                InputDataConfig=[{"ChannelName": "train", "ContentType": "text/csv", "DataSource": source}],
                OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/models"},
                ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
                StoppingCondition={"MaxRuntimeInSeconds": 600},
            )
        self._over.wait(3)

    def _role(self) -> str:
        return "arn:aws:iam::123456789012:role/work"

    def endpoints(self, _choose: random.Random) -> None:
        name = f"endpoint-{self._name()}"
        with self._journal.making("endpoint", name):
            self.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName="work")
        for old in [*self._journal.promised("endpoint")][:-2]:
            with self._journal.removing("endpoint", old):
                self.client("sagemaker").delete_endpoint(EndpointName=old)
        self._over.wait(10)

    def executions(self, _choose: random.Random) -> None:
        arn = f"arn:aws:states:{self.client('sqs').meta.region_name}:123456789012:stateMachine:work"
        name = self._name()
        with self._journal.making("state machine execution", name):
            self.client("stepfunctions").start_execution(stateMachineArn=arn, name=name)
        self._over.wait(0.5)

    def builds(self, _choose: random.Random) -> None:
        self.client("codebuild").start_build(projectName="work")
        self._over.wait(2)

    def pipelines(self, _choose: random.Random) -> None:
        started = self.client("codepipeline").start_pipeline_execution(name="work")["pipelineExecutionId"]
        with self._journal.making("pipeline execution", started):
            """It has been answered: there is nothing to do within."""
        self._over.wait(1)


Chore = Callable[[Chores, random.Random], None]
CHORES: tuple[Chore, ...] = (
    Chores.objects,
    Chores.small_records,
    Chores.events,
    Chores.stacks,
    Chores.training,
    Chores.endpoints,
    Chores.executions,
    Chores.builds,
    Chores.pipelines,
)
