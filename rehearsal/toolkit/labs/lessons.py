"""Things to break on purpose: what is then seen, where to look, what mends it, and whether it is mended.

Each lesson changes the account as a mistake would, and is mended as the mistake would be. Whether it is mended is asked
of the account (may the role do it, is the object there), never of a note of what was broken: any cure counts. What no
mistake brings about (a service that throttles, an instance that is taken away) is ordered from the embedded AWS; an
account says that it does not offer this.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.embedded import beyond_aws
from rehearsal.toolkit.executions import steering, watching
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.labs import executions
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.stacks import stacks

Outputs = Mapping[str, str]


@dataclass(frozen=True)
class Broken:
    """A launched lab or workshop: its stack with outputs and parameters, and the pipeline that it runs."""

    aws: Aws
    stack: str
    pipeline: str
    outputs: Outputs
    parameters: Mapping[str, str]

    def resource(self, logical_id: str) -> str:
        """The name of a resource of the stack."""
        told = self.aws.client("cloudformation").describe_stack_resource(
            StackName=self.stack, LogicalResourceId=logical_id
        )
        return str(told["StackResourceDetail"]["PhysicalResourceId"])

    def arn(self, service: str, resource: str) -> str:
        """An ARN in the account and region of the stack."""
        described = stacks.describe(self.aws, self.stack)
        assert described is not None  # it is launched
        account = described["StackId"].split(":")[4]
        return f"arn:{self.aws.partition}:{service}:{self.aws.region}:{account}:{resource}"


Ask = Callable[[Broken], str]
Show = Callable[[Broken, Tell], None]


def run_model_pipeline(lab: Broken, tell: Tell) -> None:
    """An execution of the SageMaker pipeline, to its end."""
    executions.watch(lab.aws, lab.pipeline, executions.start(lab.aws, lab.pipeline, {}), tell)


def release(lab: Broken, tell: Tell) -> None:
    """An execution of the CodePipeline, to its end."""
    watching.watch(lab.aws, lab.pipeline, steering.start(lab.aws, lab.pipeline), tell)


@dataclass(frozen=True)
class Lesson:
    """``problem`` says what is still broken; empty when nothing is. ``show`` has the symptom appear; None where it
    appears by itself."""

    name: str
    symptom: str
    where_to_look: str
    cure: str
    break_it: Callable[[Broken], None]
    problem: Ask
    show: Show | None = run_model_pipeline


def launched(aws: Aws, stack_name: str, pipeline: str, how: str) -> Broken:
    """What a stack tells of itself.

    Raises:
        NotThere: it is not launched; ``how`` says how it would be.
    """
    stack = stacks.describe(aws, stack_name)
    if stack is None or not stacks.is_usable(stack):
        raise NotThere(
            f"it is not launched: there is no stack {stack_name}",
            where=f"CloudFormation, {aws.region}",
            next_step=how,
        )
    return Broken(aws, stack_name, pipeline, stacks.outputs_of(stack), stacks.parameters_of(stack))


def launched_lab(aws: Aws, names: LabNames) -> Broken:
    """A lab that is launched.

    Raises:
        NotThere: it is not.
    """
    how = f"rehearse lab run {names.lab} --keep, or rehearse lab launch {names.lab}"
    return launched(aws, names.stack, names.stack, how)


def named(lessons: Mapping[str, Lesson], name: str) -> Lesson:
    """A lesson by its name.

    Raises:
        BadInput: there is none of that name.
    """
    if name not in lessons:
        raise BadInput(f"there is no case {name!r}", where="CASE", next_step=f"it has {', '.join(lessons)}")
    return lessons[name]


def role(logical_id: str) -> Ask:
    """The ARN of a role of the stack."""

    def arn(lab: Broken) -> str:
        return str(lab.aws.client("iam").get_role(RoleName=lab.resource(logical_id))["Role"]["Arn"])

    return arn


def without_statement(policy: str, sid: str, of: Ask) -> Callable[[Broken], None]:
    """Takes a statement out of a role's policy."""

    def break_it(lab: Broken) -> None:
        iam = lab.aws.client("iam")
        place = {"RoleName": of(lab).rpartition("/")[2], "PolicyName": policy}
        document = iam.get_role_policy(**place)["PolicyDocument"]
        left = [each for each in document["Statement"] if each.get("Sid") != sid]
        iam.put_role_policy(**place, PolicyDocument=json.dumps({**document, "Statement": left}))

    return break_it


def may(of: Ask, action: str, resource: Ask) -> Ask:
    """Asks IAM whether a role may do something."""

    def problem(lab: Broken) -> str:
        answer = lab.aws.client("iam").simulate_principal_policy(
            PolicySourceArn=of(lab), ActionNames=[action], ResourceArns=[resource(lab)]
        )
        allowed = answer["EvaluationResults"][0]["EvalDecision"] == "allowed"
        return "" if allowed else f"{of(lab).rpartition('/')[2]} may not {action} on {resource(lab)}"

    return problem


def ordered(fault: Callable[[Broken], Mapping[str, Any]]) -> Callable[[Broken], None]:
    """Orders a fault from the embedded AWS."""

    def break_it(lab: Broken) -> None:
        beyond_aws.add_fault(lab.aws, fault(lab))

    return break_it


def is_planned(lab: Broken, fault: Mapping[str, Any]) -> bool:
    """Whether such a fault is still to strike."""
    if not capabilities.is_rehearsal(lab.aws):
        return False
    asked = {name: fault[name] for name in ("kind", "name") if name in fault}
    planned = [each for each in beyond_aws.faults(lab.aws) if each["count"] != 0]
    return any(asked.items() <= each.items() for each in planned)
