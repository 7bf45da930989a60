"""Where a pipeline's things are: names that a stack decides, so that one definition serves every account and region.

A definition is synthesised once with placeholders (``${Bucket}``) and filled in where it is used, as Step Functions
does with ``DefinitionSubstitutions``. With real values in their place the SDK makes the definition for one account.
"""

from dataclasses import dataclass

_ROLE = "arn:aws:iam::111122223333:role/JobsRole"
_RECORD_FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:RecordModelName"
_SERVE_FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:Serve"
_ARNS = {_ROLE: "${JobsRoleArn}", _RECORD_FUNCTION: "${RecordModelNameArn}", _SERVE_FUNCTION: "${ServeArn}"}
"""What stands for a role and a function while the SDK works, which wants ARNs there, and their placeholders."""


@dataclass(frozen=True)
class Places:
    """The outputs of a lab's stack by the names that they have there."""

    bucket: str = "${Bucket}"
    jobs_role: str = _ROLE
    xgboost_image: str = "${XGBoostImage}"
    scikit_learn_image: str = "${ScikitLearnImage}"
    model_package_group: str = "${ModelPackageGroup}"
    record_function: str = _RECORD_FUNCTION
    serve_function: str = _SERVE_FUNCTION

    def url(self, *parts: str) -> str:
        """An S3 URL in the lab's bucket."""
        return "/".join([f"s3://{self.bucket}", *parts])


def with_placeholders(definition: str) -> str:
    """The definition with placeholders in the place of the ARNs."""
    for arn, placeholder in _ARNS.items():
        definition = definition.replace(arn, placeholder)
    return definition
