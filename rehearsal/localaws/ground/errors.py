"""The one error that services of the embedded AWS raise towards their caller."""

from moto.core.exceptions import ServiceException


class AwsError(ServiceException):
    """An error answer of an AWS API: ``code`` as the service model names it, ``message`` in the service's words.

    ``moto`` serialises it in the wire shape of the called service's protocol; the HTTP status is the model's.
    Further members of the error's shape are passed as keywords.
    """

    def __init__(self, code: str, message: str, **members: object) -> None:
        super().__init__(code, message)
        for name, value in members.items():
            setattr(self, name, value)


def describe(error: BaseException) -> str:
    """One line for a person: boto3's errors without their ``An error occurred (...)`` preamble, others by type and
    text."""
    response = getattr(error, "response", None)
    if isinstance(response, dict) and "Error" in response:
        return f"{response['Error'].get('Message', '')} ({response['Error'].get('Code', 'Unknown')})"
    return str(error) or type(error).__name__
