"""The lab census, in one straight line.

stack -> upload -> pipeline -> execution -> metrics -> approve the version -> endpoint stack -> the test set against the
endpoint
"""

import time

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.executions.events import StepFinished, StepStarted, Tell
from rehearsal.toolkit.labs import definitions, executions, objects, scoring
from rehearsal.toolkit.labs.lab import Deploy, Lab, Order, Outcome
from rehearsal.toolkit.stacks.stacks import StackRequest

INSTANCE = "ml.m5.large"


def run(aws: Aws, order: Order, deploy: Deploy, tell: Tell) -> Outcome:
    """Launch what is missing, run the pipeline, and deploy what it registered if the order says so."""
    names = order.names
    template = order.file("definition.json").read_text()
    definitions.check_parameters(template, order.parameters)
    outputs = deploy(order.stack("census.yaml")).outputs
    files = {f"code/{name}": order.file(name) for name in ("preprocess.py", "evaluate.py")}
    objects.upload(aws, outputs["Bucket"], {**files, "data/adult.csv": order.data}, tell)
    definition = definitions.filled(template, outputs)
    executions.upsert(aws, names.stack, definition, outputs["PipelineRoleArn"], names.tags, tell)
    arn = executions.start(aws, names.stack, order.parameters)
    done = executions.watch(aws, names.stack, arn, tell)
    made = executions.metadata(aws, arn)
    metrics = {}
    if "CheckAccuracy" in made:
        metrics = objects.metrics(aws, f"{objects.output_url(aws, made['Evaluate'], 'evaluation')}/evaluation.json")
    package = made.get("Register", {}).get("RegisterModel", {}).get("Arn", "")
    if done.status != "Succeeded" or not package:
        return Outcome(done, metrics)
    if not order.approve:
        return Outcome(done, metrics, package, next_steps=_how_to_approve(package))
    approve(aws, package, tell)
    endpoint = _serve(order, package, outputs["JobsRoleArn"], deploy)
    answers = _ask(aws, endpoint, f"{objects.output_url(aws, made['Preprocess'], 'test')}/test.csv", tell)
    return Outcome(done, metrics, package, endpoint, answers)


def _how_to_approve(package: str) -> tuple[str, ...]:
    return (
        f"approve: aws sagemaker update-model-package --model-package-arn {package} --model-approval-status Approved",
        "deploy:  rehearse lab launch census --approve",
    )


def approve(aws: Aws, package: str, tell: Tell) -> None:
    """Approve a registered version."""
    began = time.monotonic()
    aws.client("sagemaker").update_model_package(
        ModelPackageArn=package, ModelApprovalStatus="Approved", ApprovalDescription="approved by rehearse lab"
    )
    tell(StepFinished("approve", package.rpartition("model-package/")[2], "Approved", "", time.monotonic() - began))


def _serve(order: Order, package: str, role: str, deploy: Deploy) -> str:
    """The endpoint of a version."""
    parameters = {"SuffixID": order.names.suffix, "ModelPackageArn": package, "JobsRoleArn": role}
    request = StackRequest(order.names.endpoint_stack, order.file("census-endpoint.yaml"), parameters)
    return deploy(request).outputs["EndpointName"]


def _ask(aws: Aws, endpoint: str, url: str, tell: Tell) -> dict[str, float]:
    """What the endpoint answers to the whole test set: how many rows, and how often it is right."""
    began = time.monotonic()
    tell(StepStarted("invoke", endpoint))
    answers = scoring.accuracy(aws, endpoint, objects.read(aws, url).decode())
    detail = f"accuracy {answers['accuracy']:.4f}"
    tell(StepFinished("invoke", endpoint, f"{answers['rows']:,.0f} rows", detail, time.monotonic() - began))
    return answers


CENSUS = Lab(
    name="census",
    title="Who earns more than 50,000 dollars?",
    summary="preprocess, train, evaluate, a condition on accuracy, create and register; approve, deploy, invoke",
    sample="data/adult.csv",
    libraries=("pandas", "sklearn"),
    scikit_learn_tag="1.2-1-cpu-py3",
    jobs=(("processing", INSTANCE, 2), ("training", INSTANCE, 1)),
    template="census.yaml",
    endpoint_instance=INSTANCE,
    serves_always=False,
    rehearsed_with={},
    run=run,
    try_next=(
        "A gate that is missed:  rehearse lab run census --parameter AccuracyThreshold=0.99",
        "More rounds:            rehearse lab run census --parameter Rounds=300",
        "The published data:     rehearse data fetch adult -o adult.csv && rehearse lab run census --data adult.csv",
        "Keep it, look around:   rehearse lab run census --keep      (then aws sagemaker list-model-packages, rehearse "
        "status ...)",
        "For real:               rehearse lab launch census --review",
    ),
)
