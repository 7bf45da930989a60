"""Options that several commands share: a frozen dataclass for each group, :func:`unfolding.unfolded` into a command's
own parameters."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from typer import Option

from rehearsal.cli import completion
from rehearsal.cli.given_text import HOW, text_of
from rehearsal.toolkit import project
from rehearsal.toolkit.aws import account
from rehearsal.toolkit.aws.account import Access, Aws
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.data import dataset
from rehearsal.toolkit.executions import choosing
from rehearsal.toolkit.executions.choosing import Chosen
from rehearsal.toolkit.parameters import user_parameters
from rehearsal.toolkit.project import Project
from rehearsal.toolkit.stacks import discovery, template_parameters, uploads
from rehearsal.toolkit.workshop import Plan

_AWS = "AWS account"
_WORKSHOP = "Workshop"
_CONTENT = "What to launch"
_BEFORE = "Before it starts"
_OPTION_OF = {
    "TrainUserParameters": "--train-user-parameters",
    "SmokeTestUserParameters": "--smoke-test-user-parameters",
    "FullTestUserParameters": "--full-test-user-parameters",
}
_SET_OTHERWISE = {"SuffixID": "--suffix"}
"""Parameters of both stacks that an option of its own decides."""


@dataclass(frozen=True)
class AccountOptions:
    """Which AWS: that of the environment, as in any SDK, unless an option says otherwise."""

    profile: Annotated[str | None, Option(help="Named profile of ~/.aws.", rich_help_panel=_AWS)] = None
    region: Annotated[str | None, Option(help="Region, for example eu-west-1.", rich_help_panel=_AWS)] = None
    endpoint_url: Annotated[
        str | None, Option(envvar="AWS_ENDPOINT_URL", help="Another endpoint than AWS's own.", rich_help_panel=_AWS)
    ] = None

    def reach(self) -> Aws:
        """The account, as one seam."""
        return account.reach(Access(self.profile, self.region, self.endpoint_url))


@dataclass(frozen=True)
class WorkshopOptions:
    """Which workshop in the account: the only one there is, unless named."""

    suffix: Annotated[
        str | None,
        Option(envvar="REHEARSE_SUFFIX", help="SuffixID: your initials, lower case.", rich_help_panel=_WORKSHOP),
    ] = None

    def find(self, aws: Aws) -> Workshop:
        """The launched workshop."""
        return discovery.workshop(aws, self.suffix)


@dataclass(frozen=True)
class PipelineOptions(WorkshopOptions):
    """Which pipeline in the account: the workshop's, or the only one there is, unless named."""

    pipeline: Annotated[
        str | None,
        Option(
            envvar="REHEARSE_PIPELINE",
            help="Any pipeline of the account, by its name.",
            rich_help_panel="Pipeline",
            autocompletion=completion.pipelines,
        ),
    ] = None

    def choose(self, aws: Aws) -> Chosen:
        """The pipeline."""
        return choosing.choose(aws, self.pipeline, self.suffix)


@dataclass(frozen=True)
class ContentOptions:
    """What the stacks are launched with."""

    data: Annotated[
        Path | None, Option(help="Folder with train/, validation/ and test/ CSVs.", rich_help_panel=_CONTENT)
    ] = None
    training_config: Annotated[Path | None, Option(help="Folder with <model-name>.json.", rich_help_panel=_CONTENT)] = (
        None
    )
    train_user_parameters: Annotated[
        str,
        Option(metavar="JSON", help=f"UserParameters of Train/TrainModel; {HOW}.", rich_help_panel=_CONTENT),
    ] = ""
    smoke_test_user_parameters: Annotated[
        str,
        Option(metavar="JSON", help="UserParameters of DeployDev/SmokeTest, the same way.", rich_help_panel=_CONTENT),
    ] = ""
    full_test_user_parameters: Annotated[
        str,
        Option(metavar="JSON", help="UserParameters of DeployTest/FullTest, the same way.", rich_help_panel=_CONTENT),
    ] = ""
    parameter: Annotated[
        list[str] | None,
        Option(help="Another parameter of the stacks, NAME=VALUE; repeatable.", rich_help_panel=_CONTENT),
    ] = None
    check: Annotated[bool, Option(help="Check UserParameters before anything starts.", rich_help_panel=_BEFORE)] = True

    def plan(self, workshop: Workshop) -> Plan:
        """Everything that is read from files, read and checked: nothing that is wrong here is found out later on the
        account.

        Raises:
            BadInput: the data, the training configuration, a parameter or a UserParameters text cannot be used.
        """
        here = project.find()
        data = self.data or here.data
        own_config = data / "training-config"
        config = self.training_config or (own_config if own_config.is_dir() else here.training_config)
        given = {
            "TrainUserParameters": self.train_user_parameters,
            "SmokeTestUserParameters": self.smoke_test_user_parameters,
            "FullTestUserParameters": self.full_test_user_parameters,
        }
        texts = {name: text_of(value, _OPTION_OF[name]) for name, value in given.items() if value}
        chosen = texts | discovery.assignments(self.parameter or [])
        prep = _parameters_of_prep_stack(here, chosen)
        bucket_suffix = chosen.pop("BucketSuffix", workshop.bucket_suffix)  # of both stacks, which must agree
        chosen = {name: value for name, value in chosen.items() if name not in prep}
        uploads.zip_of_training_config(config)
        if self.check:
            user_parameters.check_all(chosen)
        return Plan(
            workshop=replace(workshop, bucket_suffix=bucket_suffix),
            project=here,
            data=dataset.check(data),
            training_config=config,
            parameters=chosen,
            prep_parameters=prep,
        )


def _parameters_of_prep_stack(here: Project, chosen: dict[str, str]) -> dict[str, str]:
    """Which of the chosen parameters the prep stack alone declares; all are held against both templates.

    Raises:
        BadInput: one is declared by neither, decided by another option, or does not fit.
    """
    for name in _SET_OTHERWISE.keys() & chosen.keys():
        raise BadInput(f"{name} is not set this way", where="--parameter", next_step=f"give {_SET_OTHERWISE[name]}")
    of_prep = template_parameters.declared_in(here.prep_template)
    of_pipeline = template_parameters.declared_in(here.pipeline_template)
    template_parameters.check(of_prep | of_pipeline, chosen, where="--parameter")
    return {name: value for name, value in chosen.items() if name not in of_pipeline}
