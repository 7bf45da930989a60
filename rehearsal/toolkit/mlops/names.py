"""The names of one project in an account. Pure.

They must equal those in ``mlops/project.yaml``, whose outputs tell them.
"""

import re
import secrets
import string
from dataclasses import dataclass

from rehearsal.toolkit.aws.errors import BadInput

STACK_PREFIX = "sagemaker-project-"
_NAME = re.compile(r"[a-z0-9](-*[a-z0-9]){0,31}")
"""As SageMaker's CreateProject takes it, in lower case: so it stands in ARNs, with which policies are compared."""
_LONGEST = 32
_ID_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class ProjectNames:
    """A project's name, and the id that nobody else has: buckets, whose names are shared with the world, carry it."""

    name: str
    id: str

    @property
    def stack(self) -> str:
        return f"{STACK_PREFIX}{self.name}"

    @property
    def name_and_id(self) -> str:
        """Name of the SageMaker pipeline and of the model package group."""
        return f"{self.name}-{self.id}"

    @property
    def bucket(self) -> str:
        return f"{STACK_PREFIX}{self.id}"

    @property
    def seed_bucket(self) -> str:
        """Holds the first commits while the stack is made; it is gone afterwards."""
        return f"{self.bucket}-seed"

    @property
    def build_pipeline(self) -> str:
        """The CodePipeline that makes a model."""
        return f"sagemaker-{self.name_and_id}-modelbuild"

    @property
    def deploy_pipeline(self) -> str:
        """The CodePipeline that deploys an approved version."""
        return f"sagemaker-{self.name_and_id}-modeldeploy"

    def deploy_stack(self, stage: str) -> str:
        return f"sagemaker-{self.name_and_id}-deploy-{stage}"

    def endpoint(self, stage: str) -> str:
        return f"{self.name}-{stage}"

    @property
    def tags(self) -> dict[str, str]:
        """What everything of the project carries."""
        return {"sagemaker:project-name": self.name, "sagemaker:project-id": self.id}


def _new_id() -> str:
    """An id in SageMaker's form: ``p-`` and twelve letters and digits."""
    return "p-" + "".join(secrets.choice(_ID_LETTERS) for _ in range(12))


def new(name: str) -> ProjectNames:
    """The names of a project that is to be made.

    Raises:
        BadInput: the name cannot be a project's.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise BadInput(
            f"the name {name!r} is not usable: 1 to 32 lower-case letters, digits and hyphens, "
            f"beginning and ending with a letter or digit",
            where="NAME",
            next_step="give another, for example customer-churn",
        )
    return ProjectNames(name, _new_id())
