"""The SAM transform, by the translator that AWS itself runs. Imported only when a template asks for it.

https://github.com/aws/serverless-application-model
"""

from collections.abc import Mapping
from typing import Any

from samtranslator.model.exceptions import InvalidDocumentException
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from rehearsal.localaws.cloudformation.parameters import ParameterValue
from rehearsal.localaws.cloudformation.template import invalid


class _Region:
    """What the translator reads of a boto3 session."""

    def __init__(self, region_name: str) -> None:
        self.region_name = region_name


def translate(raw: dict[str, Any], values: Mapping[str, ParameterValue], region: str) -> dict[str, Any]:
    """A SAM template as a plain one.

    Raises:
        AwsError: ValidationError, with everything that the translator found wrong.
    """
    translator = Translator({}, Parser(), boto_session=_Region(region))
    texts = {name: list(v.value) if isinstance(v.value, tuple) else v.value for name, v in values.items()}
    try:
        translated: dict[str, Any] = translator.translate(
            sam_template=raw, parameter_values=texts, get_managed_policy_map=dict
        )
    except InvalidDocumentException as error:
        told = "; ".join(cause.message for cause in error.causes)
        raise invalid(f"Transform AWS::Serverless-2016-10-31 failed with: {told}") from error
    return translated
