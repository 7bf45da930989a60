"""What launching would start, and what that costs, said before it is done."""

from dataclasses import dataclass

from rehearsal.toolkit import workshop
from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.checks import pricing
from rehearsal.toolkit.checks.pricing import Estimate
from rehearsal.toolkit.executions import executions
from rehearsal.toolkit.parameters import user_parameters, workshop_actions
from rehearsal.toolkit.stacks import stacks, template_parameters
from rehearsal.toolkit.workshop import Plan

_ENVIRONMENTS = ("Dev", "Test")
_PROD = "Prod"


@dataclass(frozen=True)
class Forecast:
    """``reason``: why an execution will start, empty when none will; ``instances``: UserParameters by action that
    choose them."""

    reason: str
    instances: dict[str, str]

    @property
    def starts(self) -> bool:
        return bool(self.reason)

    def estimate(self, aws: Aws) -> Estimate:
        """By list price."""
        return pricing.of_parameters(aws, self.instances)


def of_launch(aws: Aws, plan: Plan) -> Forecast:
    """What :func:`workshop.launch` would start now."""
    existing = stacks.describe(aws, plan.workshop.pipeline_stack)
    order = workshop.Order.of(aws, plan)
    reason = reason_of(order, plan.parameters.get("SourceType", "S3"))
    if existing is None or order.is_pipeline_new:
        declared = template_parameters.declared_in(plan.project.pipeline_template)
        defaults = {name: each.default or "" for name, each in declared.items()}
        return Forecast(reason, instances_of_stack(defaults | plan.parameters))
    running = user_parameters.of_pipeline(executions.definition(aws, plan.workshop.pipeline))
    chosen = {action.path: plan.parameters.get(action.stack_parameter or "") for action in workshop_actions.settable()}
    given = {path: text for path, text in chosen.items() if text}
    return Forecast(reason, running | given)


def reason_of(order: workshop.Order, source_type: str) -> str:
    """Why an execution starts. Pure."""
    if order.is_pipeline_new:
        return "creating the pipeline starts it"
    if order.is_config_new and source_type == "S3":
        return "the training configuration is another than the one in the bucket, and its arrival starts the pipeline"
    return ""


def instances_of_stack(parameters: dict[str, str]) -> dict[str, str]:
    """The UserParameters that choose instances, as the pipeline stack composes them where none are given. Pure."""
    environments = [*_ENVIRONMENTS, *([_PROD] if parameters.get("ProdEnvironment") == "true" else [])]
    composed = {"Train/TrainModel": f'{{"traincompute": "{parameters["TrainingInstanceType"]}"}}'}
    given = {"Train/TrainModel": parameters["TrainUserParameters"]}
    for environment in environments:
        path = f"Deploy{environment}/DeployModel"
        composed[path] = f'{{"instance-type": "{parameters["EndpointInstanceType"]}"}}'
        given[path] = parameters[f"Deploy{environment}UserParameters"]
    return {path: given[path] or text for path, text in composed.items()}
