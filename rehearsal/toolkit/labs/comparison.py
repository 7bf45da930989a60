"""What three ways to run one flow are measured by: lines, rights, seconds. Pure, but for reading roles and jobs."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.report import seconds_covered

_JOBS = {
    "processing-job": ("describe_processing_job", "ProcessingJobName", "ProcessingEndTime"),
    "training-job": ("describe_training_job", "TrainingJobName", "TrainingEndTime"),
}


@dataclass(frozen=True)
class Way:
    """One way: ``lines`` of its definition, and of the ``code`` that its steps run; ``actions`` that its own roles may
    take, those of the jobs not counted; seconds from its start until the endpoint serves, and those of them in which a
    job (or a function of the workshop) worked; the mean squared error of its model."""

    name: str
    lines: int
    code: int
    actions: int
    seconds: float
    work_seconds: float
    mse: float

    def as_json(self) -> dict[str, Any]:
        """As ``--json`` prints it, and as the table has it."""
        return {
            "orchestrator": self.name,
            "linesOfDefinition": self.lines,
            "linesOfCode": self.code,
            "actions": self.actions,
            "seconds": round(self.seconds, 1),
            "secondsOfWork": round(self.work_seconds, 1),
            "secondsOverhead": round(self.seconds - self.work_seconds, 1),
            "mse": round(self.mse, 6),
        }


def lines_of_resource(template: str, logical_id: str) -> int:
    """How many lines a resource of a template takes, empty ones not counted."""
    body = re.split(rf"(?m)^  {logical_id}:.*\n", template, maxsplit=1)[1]
    own = re.split(r"(?m)^(?=  \S|\S)", body, maxsplit=1)[0]
    return 1 + lines_of(own)


def lines_of(text: str) -> int:
    """Lines that are not empty."""
    return sum(bool(line.strip()) for line in text.splitlines())


def lines_of_files(files: Iterable[Path]) -> int:
    """Of all files together."""
    return sum(lines_of(file.read_text()) for file in files)


def actions_of_roles(aws: Aws, stack: str, logical_ids: Iterable[str]) -> int:
    """How many different actions the roles of a stack may take; ``*`` counts as one."""
    wanted = set(logical_ids)
    listed = aws.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    roles = [each["PhysicalResourceId"] for each in listed if each["LogicalResourceId"] in wanted]
    return len({action for role in roles for action in _actions(aws, role)})


def _actions(aws: Aws, role: str) -> Iterator[str]:
    iam = aws.client("iam")
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for statement in document["Statement"]:
            actions = statement["Action"]
            yield from [actions] if isinstance(actions, str) else actions


def seconds_of_jobs(aws: Aws, jobs: Iterable[str]) -> float:
    """In which at least one of the jobs was there, from its creation to its end; jobs by (the end of) their ARNs."""
    return seconds_covered([_interval(aws, job) for job in jobs])


def _interval(aws: Aws, job_arn: str) -> tuple[float, float]:
    kind, _, name = job_arn.rpartition(":")[2].partition("/")
    operation, parameter, end = _JOBS[kind]
    job: Mapping[str, datetime] = getattr(aws.client("sagemaker"), operation)(**{parameter: name})
    return job["CreationTime"].timestamp(), job[end].timestamp()
