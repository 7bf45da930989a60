"""Where a pipeline's things are: names that a stack decides, so that one definition serves every account and region.

A definition is synthesised once with placeholders (``${Bucket}``) and filled in where it is used, as Step Functions does with
``DefinitionSubstitutions``. With real values in their place the SDK makes the definition for one account.
"""

from dataclasses import dataclass

_ROLE = "arn:aws:iam::111122223333:role/JobsRole"
"""Stands for the role while the SDK works: it wants an ARN there."""


@dataclass(frozen=True)
class Places:
    """The outputs of a lab's stack by the names that they have there."""

    bucket: str = "${Bucket}"
    jobs_role: str = _ROLE
    xgboost_image: str = "${XGBoostImage}"
    scikit_learn_image: str = "${ScikitLearnImage}"
    model_package_group: str = "${ModelPackageGroup}"

    def url(self, *parts: str) -> str:
        """An S3 URL in the lab's bucket."""
        return "/".join([f"s3://{self.bucket}", *parts])


def with_placeholders(definition: str) -> str:
    """The definition with the role's placeholder in the place of the ARN."""
    return definition.replace(_ROLE, "${JobsRoleArn}")
