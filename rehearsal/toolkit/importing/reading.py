"""Reads a pipeline, and what it needs, from an account: calls that change nothing, listed in :data:`CALLS`."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from rehearsal.toolkit.aws import translation
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.importing import guarding, shapes
from rehearsal.toolkit.importing.found import Found

CALLS = (
    "codepipeline:GetPipeline",
    "iam:GetRole, ListAttachedRolePolicies, ListRolePolicies, GetRolePolicy, GetPolicy, GetPolicyVersion",
    "lambda:GetFunction (and the zip from the address that it gives)",
    "codebuild:BatchGetProjects",
    "states:DescribeStateMachine",
    "s3:ListAllMyBuckets, GetBucketVersioning, GetBucketNotification",
    "sns:ListSubscriptionsByTopic",
    "events:ListRuleNamesByTarget, DescribeRule, ListTargetsByRule",
)
"""What is asked of the account; each only for what the pipeline names."""


def read(aws: Aws, pipeline: str) -> Found:
    """The pipeline and what it names. What cannot be read is left out, and said.

    Raises:
        NotThere: there is no such pipeline.
    """
    declared = executions.definition(aws, pipeline)
    found = Found(pipeline, aws.identity.account_id, aws.region)
    reader = _Reader(aws, found)
    for action in _actions_of(declared):
        reader.read_named_by(action)
    for store in shapes.stores_of(declared):
        reader.bucket(store["location"])
        if "encryptionKey" in store:
            found.leave_out(f"KMS key {store['encryptionKey']['id']}", "keys do not leave their account")
            del store["encryptionKey"]
    reader.role(declared["roleArn"])
    arn = f"arn:{aws.partition}:codepipeline:{aws.region}:{found.account_id}:{pipeline}"
    reader.rules_for(arn)
    _hide_secrets(declared, found)
    found.add("AWS::CodePipeline::Pipeline", pipeline, shapes.pipeline(declared), "Pipeline")
    return found


def _actions_of(declared: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for stage in declared["stages"]:
        yield from stage["actions"]


def _hide_secrets(declared: dict[str, Any], found: Found) -> None:
    for action in _actions_of(declared):
        for key, value in action.get("configuration", {}).items():
            if guarding.looks_secret(key, value) or (key == "UserParameters" and guarding.text_looks_secret(value)):
                purpose = f"{key} of the action {action['name']}: it looks like a secret, or holds one"
                action["configuration"][key] = found.ask(f"{action['name']} {key}", purpose)


_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")
_TOPIC = re.compile(r"arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


class _Reader:
    """Reads each thing once; a refusal is noted and does not keep the rest."""

    def __init__(self, aws: Aws, found: Found) -> None:
        self._aws = aws
        self._found = found
        self._seen: set[str] = set()
        self._buckets: set[str] | None = None

    def mentioned_in(self, text: str) -> None:
        """Roles, topics and buckets of the account that a setting names: a function hands them on."""
        for arn in _ROLE.findall(text):
            self.role(arn)
        for arn in _TOPIC.findall(text):
            self.topic(arn)
        for name in sorted(set(_BUCKET.findall(text)) & self._known_buckets()):
            self.bucket(name)

    def _known_buckets(self) -> set[str]:
        if self._buckets is None:
            self._buckets = set()
            self._once("the list of buckets", self._list_buckets)
        return self._buckets

    def _list_buckets(self) -> None:
        self._buckets = {each["Name"] for each in self._aws.client("s3").list_buckets()["Buckets"]}

    def read_named_by(self, action: dict[str, Any]) -> None:
        """What the configuration of an action names."""
        configuration = action.get("configuration", {})
        readers: dict[str, Callable[[str], None]] = {
            "FunctionName": self.function,
            "ProjectName": self.project,
            "StateMachineArn": self.state_machine,
            "S3Bucket": self.bucket,
            "BucketName": self.bucket,
            "NotificationArn": self.topic,
            "RoleArn": self.role,
        }
        for key, reader in readers.items():
            if configuration.get(key):
                reader(configuration[key])
        for value in configuration.values():
            self.mentioned_in(value)
        if action.get("roleArn"):
            self.role(action["roleArn"])
        provider = action["actionTypeId"]["provider"]
        if reason := _ELSEWHERE.get(provider):
            self._found.leave_out(f"what the action {action['name']} ({provider}) reads", reason)

    def _once(self, what: str, work: Callable[[], None]) -> None:
        if what in self._seen:
            return
        self._seen.add(what)
        try:
            work()
        except translation.FAILURES as error:
            self._found.leave_out(what, f"it cannot be read: {translation.explain(error).what}")

    def role(self, arn: str) -> None:
        self._once(f"role {arn}", lambda: self._role(arn))

    def _role(self, arn: str) -> None:
        iam, name = self._aws.client("iam"), arn.rpartition("/")[2]
        role = iam.get_role(RoleName=name)["Role"]
        attached = [
            each
            for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
            for each in page["AttachedPolicies"]
        ]
        names = [
            each
            for page in iam.get_paginator("list_role_policies").paginate(RoleName=name)
            for each in page["PolicyNames"]
        ]
        policies = [
            {
                "PolicyName": each,
                "PolicyDocument": iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"],
            }
            for each in names
        ]
        own = [each for each in attached if ":aws:policy/" not in each["PolicyArn"]]
        policies += [
            {"PolicyName": each["PolicyName"], "PolicyDocument": self._document(each["PolicyArn"])} for each in own
        ]
        properties = {
            "RoleName": name,
            "Path": role["Path"],
            "AssumeRolePolicyDocument": _json(role["AssumeRolePolicyDocument"]),
            "ManagedPolicyArns": [each["PolicyArn"] for each in attached if each not in own],
            "Policies": [{**each, "PolicyDocument": _json(each["PolicyDocument"])} for each in policies],
        }
        if role.get("PermissionsBoundary"):
            self._found.leave_out(f"the permissions boundary of {name}", "it is another policy of the account")
        self._found.refer(arn, self._found.add("AWS::IAM::Role", name, properties, "Role"), "Arn")

    def _document(self, arn: str) -> Any:
        iam = self._aws.client("iam")
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]

    def function(self, name: str) -> None:
        self._once(f"function {name}", lambda: self._function(name))

    def _function(self, name: str) -> None:
        answer = self._aws.client("lambda").get_function(FunctionName=name)
        made = answer["Configuration"]
        if made.get("PackageType", "Zip") != "Zip":
            self._found.leave_out(f"function {name}", "it is a container image; only zips are read")
            return
        for key, what in (("Layers", "layers"), ("VpcConfig", "VPC")):
            if made.get(key, {} if key == "VpcConfig" else []) and (key == "Layers" or made[key].get("VpcId")):
                self._found.leave_out(f"the {what} of function {name}", "add what the function needs to its zip")
        path = f"functions/{made['FunctionName']}.zip"
        with urllib.request.urlopen(answer["Code"]["Location"], timeout=60) as download:
            self._found.zips[path] = download.read()
        self.role(made["Role"])
        variables = made.get("Environment", {}).get("Variables", {})
        for value in variables.values():
            self.mentioned_in(value)
        properties = shapes.function(made, path, self._guarded(variables, f"function {name}"))
        logical_id = self._found.add("AWS::Lambda::Function", made["FunctionName"], properties, "Function")
        self._found.refer(made["FunctionArn"], logical_id, "Arn")

    def _guarded(self, variables: dict[str, str], owner: str) -> dict[str, Any]:
        return {
            name: self._found.ask(name, f"environment variable {name} of {owner}: it looks like a secret")
            if guarding.looks_secret(name, value)
            else value
            for name, value in variables.items()
        }

    def project(self, name: str) -> None:
        self._once(f"build project {name}", lambda: self._project(name))

    def _project(self, name: str) -> None:
        projects = self._aws.client("codebuild").batch_get_projects(names=[name])["projects"]
        if not projects:
            self._found.leave_out(f"build project {name}", "there is none of this name")
            return
        made = projects[0]
        for variable in made["environment"].get("environmentVariables", []):
            self.mentioned_in(variable["value"])
            if variable.get("type", "PLAINTEXT") != "PLAINTEXT":
                self._found.leave_out(f"the value of {variable['value']}", f"the build {name} reads it: make it here")
            elif guarding.looks_secret(variable["name"], variable["value"]):
                purpose = f"environment variable {variable['name']} of build {name}: it looks like a secret"
                variable["value"] = self._found.ask(variable["name"], purpose)
        if made.get("vpcConfig", {}).get("vpcId"):
            self._found.leave_out(f"the VPC of build {name}", "builds run on this machine's network")
        self.role(made["serviceRole"])
        self._found.add("AWS::CodeBuild::Project", name, shapes.project(made), "Project")

    def state_machine(self, arn: str) -> None:
        self._once(f"state machine {arn}", lambda: self._state_machine(arn))

    def _state_machine(self, arn: str) -> None:
        made = self._aws.client("stepfunctions").describe_state_machine(stateMachineArn=arn)
        self.role(made["roleArn"])
        self._found.leave_out(f"what the state machine {made['name']} calls", "only its definition and role are read")
        properties = {
            "StateMachineName": made["name"],
            "StateMachineType": made["type"],
            "DefinitionString": made["definition"],
            "RoleArn": made["roleArn"],
        }
        self._found.refer(
            arn, self._found.add("AWS::StepFunctions::StateMachine", made["name"], properties, "StateMachine")
        )

    def bucket(self, name: str) -> None:
        self._once(f"bucket {name}", lambda: self._bucket(name))

    def _bucket(self, name: str) -> None:
        s3 = self._aws.client("s3")
        status = s3.get_bucket_versioning(Bucket=name).get("Status")
        told = s3.get_bucket_notification_configuration(Bucket=name)
        properties: dict[str, Any] = {"BucketName": name}
        if status:
            properties["VersioningConfiguration"] = {"Status": status}
        if "EventBridgeConfiguration" in told:
            properties["NotificationConfiguration"] = {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
        self._found.add("AWS::S3::Bucket", name, properties, "Bucket")
        self._found.leave_out(
            f"the objects, policy and other notifications of bucket {name}", "data stay where they are"
        )

    def topic(self, arn: str) -> None:
        self._once(f"topic {arn}", lambda: self._topic(arn))

    def _topic(self, arn: str) -> None:
        name = arn.rpartition(":")[2]
        pages = self._aws.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
        count = sum(len(page["Subscriptions"]) for page in pages)
        if count:
            self._found.leave_out(f"{count} subscriptions of topic {name}", "they are people and programs elsewhere")
        self._found.refer(arn, self._found.add("AWS::SNS::Topic", name, {"TopicName": name}, "Topic"))

    def rules_for(self, pipeline_arn: str) -> None:
        """The rules that start the pipeline."""
        self._once(f"rules that start {pipeline_arn}", lambda: self._rules_for(pipeline_arn))

    def _rules_for(self, pipeline_arn: str) -> None:
        events = self._aws.client("events")
        for name in events.list_rule_names_by_target(TargetArn=pipeline_arn)["RuleNames"]:
            rule = events.describe_rule(Name=name)
            targets = [
                each for each in events.list_targets_by_rule(Rule=name)["Targets"] if each["Arn"] == pipeline_arn
            ]
            for target in targets:
                if target.get("RoleArn"):
                    self.role(target["RoleArn"])
            self._found.add("AWS::Events::Rule", name, shapes.rule(rule, targets), "Rule")


_ELSEWHERE = {
    "CodeStarSourceConnection": "a connection is made by hand in each account: give its ARN in the template",
    "GitHub": "its token stays where it is",
    "CodeCommit": "repositories are not read: make one of the same name and push to it",
    "ECR": "images are not read",
    "CloudFormation": "the stack that it deploys is made by the pipeline itself",
}
"""Providers whose other end is not in the template."""


def _json(document: Any) -> Any:
    """IAM's documents are URL-encoded text to some SDKs, objects to boto3."""
    return json.loads(unquote(document)) if isinstance(document, str) else document
