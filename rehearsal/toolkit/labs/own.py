"""The lab own, in one straight line.

the workshop as it is -> the right to pull an image (and, on an account, the image) -> one key of TrainModel's
UserParameters -> a training configuration, whose arrival starts the CodePipeline -> the same actions, gates and
endpoints with another algorithm
"""

import tempfile
from pathlib import Path

from rehearsal.toolkit.aws import capabilities
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import ExecutionFailed
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.executions import addressing, executions, report, watching
from rehearsal.toolkit.executions.events import Tell
from rehearsal.toolkit.executions.executions import Execution
from rehearsal.toolkit.labs import telling, workshops
from rehearsal.toolkit.labs.lab import Deploy, Lab, Order, Outcome
from rehearsal.toolkit.labs.names import LabNames
from rehearsal.toolkit.parameters import user_parameters
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import uploads
from rehearsal.toolkit.stacks.stacks import StackRequest
from rehearsal.toolkit.workshop import Plan

_BUILD_SECONDS = 1800.0
_FILES = ("Dockerfile", "serve.py", "train.py")
_SOURCE_KEY = "own-image.zip"


def workshop_of(names: LabNames) -> Workshop:
    """The workshop whose algorithm is exchanged."""
    return workshops.named("own", names)


def run(aws: Aws, order: Order, deploy: Deploy, tell: Tell) -> Outcome:
    """Run the workshop as it is, then with the lab's algorithm."""
    of_lab, project = workshop_of(order.names), Project(order.folder.parents[1])
    with tempfile.TemporaryDirectory() as scratch:
        as_it_is = {"TrainUserParameters": ""}  # what an earlier run has chosen is gone
        plan = Plan(of_lab, project, dataset.check(project.data), project.training_config, as_it_is)
        execution_id, _ = workshops.started(aws, plan, Path(scratch), deploy, tell)
        first = watching.watch(aws, of_lab.pipeline, execution_id, tell)
        if str(first.status) != "Succeeded":
            return Outcome(workshops.as_model_execution(first))
    parameters = {"SuffixID": order.names.suffix, "ExecutionRoleName": _role(aws, of_lab)}
    outputs = deploy(StackRequest(order.names.stack, order.file("own.yaml"), parameters)).outputs
    _image(aws, order, of_lab, deploy, tell)
    _choose(aws, of_lab, outputs["Image"], tell)
    execution_id = workshops.configured(aws, of_lab, order.file("training-config"))
    done = watching.watch(aws, of_lab.pipeline, execution_id, tell)
    facts = {"trainedWith": _trained_with(done), "rmseBefore": _rmse(first), "rmseAfter": _rmse(done)}
    return Outcome(workshops.as_model_execution(done), _metrics(done), facts=facts)


def _role(aws: Aws, of_lab: Workshop) -> str:
    """The role of the workshop's jobs."""
    told = aws.client("cloudformation").describe_stack_resource(
        StackName=of_lab.pipeline_stack, LogicalResourceId="SageMakerExecutionRole"
    )
    return str(told["StackResourceDetail"]["PhysicalResourceId"])


def _choose(aws: Aws, of_lab: Workshop, image: str, tell: Tell) -> None:
    """Name the image in TrainModel's UserParameters, as ``rehearse params set TrainModel container-path=...`` does."""
    chosen = addressing.find(executions.definition(aws, of_lab.pipeline), "TrainModel")
    before = str(chosen.configuration.get("UserParameters", ""))
    after = user_parameters.changed(before, {"container-path": image})
    user_parameters.set_in_stack(aws, of_lab, chosen, after, tell)


def _trained_with(done: Execution) -> str:
    """The image of the execution's training job, as TrainModel tells it. Pure."""
    return next((each.variables["TrainingImage"] for each in done.actions if "TrainingImage" in each.variables), "")


def _image(aws: Aws, order: Order, of_lab: Workshop, deploy: Deploy, tell: Tell) -> None:
    """Have the image made and pushed by a build; on the embedded AWS, which runs no containers, say what stands for it.

    Raises:
        ExecutionFailed: the build failed.
    """
    if capabilities.is_rehearsal(aws):
        with telling.step(tell, "image", order.names.stack) as step:
            step.result, step.detail = "not built", f"no containers run here: {OWN.images} names programs for it"
        return
    deploy(StackRequest(order.names.image_stack, order.file("own-image.yaml"), order.names.parameters))
    source = uploads.packed({name: order.file(f"image/{name}").read_bytes() for name in _FILES})
    aws.client("s3").put_object(Bucket=of_lab.code_bucket, Key=_SOURCE_KEY, Body=source)
    codebuild = aws.client("codebuild")
    with telling.step(tell, "image", order.names.stack) as step:
        build = codebuild.start_build(projectName=order.names.stack)["build"]["id"]

        def ended() -> str:
            status = str(codebuild.batch_get_builds(ids=[build])["builds"][0]["buildStatus"])
            return status if status != "IN_PROGRESS" else ""

        where, next_step = f"/aws/codebuild/{order.names.stack}", "look at the build's log"
        step.result = telling.until(ended, _BUILD_SECONDS, f"the build {build} has not ended", where, next_step)
    if step.result != "SUCCEEDED":
        raise ExecutionFailed(f"the build {build} is {step.result}", where=where, next_step=next_step)


def _rmse(done: Execution) -> float:
    return _metrics(done).get("rmse", float("nan"))


def _metrics(done: Execution) -> dict[str, float]:
    """Of the full test; none where it was not reached. Pure."""
    found = {each.action: each.metrics for each in report.evaluations_of(done)}
    return found.get("FullTest", {})


OWN = Lab(
    name="own",
    title="Your own algorithm in the workshop's pipeline",
    summary="a forest of scikit-learn in place of XGBoost: your own image, the same functions, gates and endpoints",
    sample="training-config/winequality.json",
    libraries=("sklearn", "joblib"),
    scikit_learn_tag=None,
    jobs=(("training", "ml.m5.xlarge", 2),),
    template="own.yaml",
    endpoint_instance="ml.m5.large",
    serves_always=True,
    rehearsed_with={},
    run=run,
    try_next=(
        "Other trees:             edit labs/own/training-config/winequality.json, then the same command",
        "Keep it, look around:    rehearse lab run own --keep      (then rehearse status --suffix own-rehearsal)",
        "For real, with a build:  rehearse lab launch own --review",
    ),
    workshop=workshop_of,
    images="images.toml",
)
