"""Workshops with options on one embedded AWS: launched as a user would with boto3 and git, and asked how they are."""

import io
import os
import re
import subprocess
import urllib.parse
import urllib.request
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rehearsal.toolkit import project, workshop
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.stacks import packaging, stacks, uploads
from rehearsal.toolkit.stacks.stacks import StackRequest
from rehearsal.toolkit.workshop import Plan
from tests.localaws.waiting import wait_until

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "PipelineLambdaFunctions"
TEMPLATES = ROOT / "cloudformation"
TRAINING_CONFIG = '{"TrainModel": {"hp-num-round": 3, "hp-objective": "reg:squaredlogerror"}}'
PATIENCE_SECONDS = 240


def quiet(_event: object) -> None:
    """Tell nobody."""


def git(*arguments: str, cwd: Path) -> str:
    """Run git as somebody without a configuration."""
    identity = {
        f"GIT_{who}_{what}": "tests@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    environment = {"PATH": os.environ["PATH"], "HOME": str(cwd), "GIT_TERMINAL_PROMPT": "0", **identity}
    return subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=True
    ).stdout


def commit(folder: Path, files: dict[str, str | bytes], message: str = "Change") -> None:
    """Write the files into a repository of branch main, made when missing, and commit them."""
    if not (folder / ".git").exists():
        folder.mkdir(parents=True, exist_ok=True)
        git("init", "-q", "-b", "main", cwd=folder)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", message, cwd=folder)


def function_sources() -> dict[str, str | bytes]:
    """The functions' sources as their repository has them."""
    files = [
        file for file in FUNCTIONS.rglob("*") if file.suffix in (".py", ".json") and "__pycache__" not in file.parts
    ]
    return {file.relative_to(FUNCTIONS).as_posix(): file.read_bytes() for file in files}


def zip_of(files: dict[str, str | bytes]) -> bytes:
    """The files as a zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@dataclass
class Launcher:
    """Launches workshops on one embedded AWS; ``folder`` holds the clones of their repositories."""

    embedded: Any
    folder: Path

    @property
    def aws(self) -> Aws:
        told = self.embedded.announced
        return account.reach(Access(None, told.region, told.url, told.access_key_id, told.secret_access_key))

    def launch(self, suffix: str, parameters: dict[str, str], templates: Path = TEMPLATES) -> "Launched":
        """Both stacks and all that the pipeline needs, in the order in which a user does it."""
        here, aws = project.find(), self.aws
        names = Workshop(suffix)
        plan = Plan(names, here, dataset.check(here.data), here.training_config, parameters)
        source = parameters.get("SourceType", "S3")
        plan.prep_parameters.update({"CreateRepositories": "true" if source == "CodeCommit" else "false"})
        stacks.launch(aws, _from(templates, workshop.prep_request(plan)), quiet)
        made = Launched(self, aws, plan)
        made.fill(source)
        zips = packaging.build(self.folder / suffix / "zips", here.functions)
        uploaded = uploads.upload(aws, names, zips, plan.data)
        uploads.upload_training_config(aws, names, made.config)
        stacks.launch(aws, _from(templates, workshop.pipeline_request(plan, uploaded)), quiet)
        return made


def _from(templates: Path, request: StackRequest) -> StackRequest:
    return replace(request, template=templates / request.template.name)


@dataclass
class Launched:
    """A workshop with options."""

    launcher: Launcher
    aws: Aws
    plan: Plan

    @property
    def suffix(self) -> str:
        return self.plan.workshop.suffix

    @property
    def pipeline(self) -> str:
        return self.plan.workshop.pipeline

    @property
    def config(self) -> Path:
        """The clone of the training configuration's repository, also what is zipped for S3."""
        return self.launcher.folder / self.suffix / "config"

    @property
    def functions(self) -> Path:
        """The clone of the functions' repository."""
        return self.launcher.folder / self.suffix / "functions"

    def fill(self, source: str) -> None:
        """Put training configuration and functions where the source will look for them."""
        commit(self.config, {"winequality.json": TRAINING_CONFIG})
        commit(self.functions, function_sources())
        if source == "S3":
            self.upload_functions({})
        if source == "CodeCommit":
            self._push_to("training-config", self.config)
            self._push_to("pipeline-functions", self.functions)
        if source == "Connection":
            for parameter, clone in (("ConfigRepositoryId", self.config), ("FunctionsRepositoryId", self.functions)):
                name = f"{self.plan.parameters[parameter]}-{self.suffix}"
                self.plan.parameters[parameter] = name
                self.launcher.embedded.rehearsal("POST", "repositories", fullRepositoryId=name, location=str(clone))

    def upload_functions(self, changed: dict[str, str | bytes]) -> None:
        """Put the functions' sources into the data bucket, some of them changed."""
        files = function_sources() | changed
        bucket = self.plan.workshop.data_bucket
        self.aws.client("s3").put_object(Bucket=bucket, Key="functions.zip", Body=zip_of(files))

    def upload_config(self, text: str) -> None:
        """Put another training configuration into the data bucket, which starts the pipeline."""
        body = zip_of({"winequality.json": text})
        self.aws.client("s3").put_object(Bucket=self.plan.workshop.data_bucket, Key="training-config.zip", Body=body)

    def code_of(self, function: str) -> str:
        """The hash of a function's code."""
        name = f"MLOps-BIA-{function}-{self.suffix}"
        return str(self.aws.client("lambda").get_function_configuration(FunctionName=name)["CodeSha256"])

    def _push_to(self, purpose: str, clone: Path) -> None:
        name = f"mlops-builtinalgo-{purpose}-{self.suffix}"
        url = self.aws.client("codecommit").get_repository(repositoryName=name)["repositoryMetadata"]["cloneUrlHttp"]
        told = self.launcher.embedded.announced
        login = f"{told.access_key_id}:{urllib.parse.quote(told.secret_access_key, safe='')}"
        git("remote", "add", "origin", url.replace("http://", f"http://{login}@"), cwd=clone)
        git("push", "-q", "origin", "main", cwd=clone)

    def executions(self) -> list[dict[str, Any]]:
        """Summaries, the newest first."""
        answer = self.aws.client("codepipeline").list_pipeline_executions(pipelineName=self.pipeline)
        return list(answer["pipelineExecutionSummaries"])

    def stage(self, name: str) -> dict[str, Any]:
        """The stage as GetPipelineState shows it."""
        states = self.aws.client("codepipeline").get_pipeline_state(name=self.pipeline)["stageStates"]
        return next(state for state in states if state["stageName"] == name)

    def action(self, stage: str, name: str) -> dict[str, Any]:
        """The latest run of an action; empty before the first."""
        states = self.stage(stage)["actionStates"]
        return dict(next(state for state in states if state["actionName"] == name).get("latestExecution", {}))

    def ended(self, status: str = "Succeeded", count: int = 1) -> None:
        """Wait until there are ``count`` executions and the newest has ended, so."""

        def is_over() -> bool:
            found = self.executions()
            return len(found) == count and found[0]["status"] not in ("InProgress", "Stopping")

        wait_until(is_over, seconds=PATIENCE_SECONDS)
        assert self.executions()[0]["status"] == status, self.errors()

    def errors(self) -> list[str]:
        """What the actions say went wrong."""
        runs = self.aws.client("codepipeline").list_action_executions(pipelineName=self.pipeline)
        return [
            str(run["output"].get("executionResult", {}))
            for run in runs["actionExecutionDetails"]
            if run["status"] == "Failed"
        ]

    def waits_for_approval(self) -> str:
        """Wait until a person is asked; the token of the question."""

        def token() -> str:
            assert self.executions()[0]["status"] == "InProgress", self.errors()
            return str(self.action("Approve", "ApproveProd").get("token", ""))

        return str(wait_until(token, seconds=PATIENCE_SECONDS))

    def approve(self) -> None:
        """Answer in the console's way."""
        self.aws.client("codepipeline").put_approval_result(
            pipelineName=self.pipeline,
            stageName="Approve",
            actionName="ApproveProd",
            token=self.waits_for_approval(),
            result={"status": "Approved", "summary": "looked at it"},
        )

    def mail(self, to: str, *texts: str) -> str:
        """Wait for an e-mail of this workshop with these words in it; its text."""

        def found() -> str:
            messages = self.launcher.embedded.rehearsal("GET", "mailbox")["messages"]
            named = re.compile(rf"-{self.suffix}\b")
            mine = [each["text"] for each in messages if each["to"] == to and named.search(each["text"])]
            return next((text for text in mine if all(word in text for word in texts)), "")

        return str(wait_until(found, seconds=PATIENCE_SECONDS))

    def endpoints(self) -> set[str]:
        """The endpoints of this workshop."""
        found = self.aws.client("sagemaker").list_endpoints(NameContains=f"-{self.suffix}-")["Endpoints"]
        return {each["EndpointName"] for each in found if each["EndpointStatus"] == "InService"}

    def alarm(self, name: str) -> str:
        """The alarm's state."""
        alarms = self.aws.client("cloudwatch").describe_alarms(AlarmNames=[f"mlops-builtinalgo-{name}-{self.suffix}"])
        return str(alarms["MetricAlarms"][0]["StateValue"])


def answer_by_mail(text: str, status: str) -> None:
    """Press the button behind the link of an approval mail."""
    found = re.search(r"Approve or reject: (\S+)", text)
    assert found is not None, text
    form = urllib.parse.urlencode({"status": status, "summary": "by mail"}).encode()
    urllib.request.urlopen(urllib.request.Request(found[1], data=form, method="POST")).close()
