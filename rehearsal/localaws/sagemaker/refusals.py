"""How SageMaker refuses a request."""

from rehearsal.localaws.ground.errors import AwsError


def invalid(message: str) -> AwsError:
    """A request that contradicts the API's rules, with the service's words."""
    return AwsError("ValidationException", message)
