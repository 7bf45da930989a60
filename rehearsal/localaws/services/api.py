"""The base of services that the embedded AWS models itself: parse by the service model, call, serialise.

A room's ``responses.py`` subclasses :class:`ServiceApi` with one method for each operation (``create_pipeline`` for
``CreatePipeline``); it reads ``self.params`` (parsed by botocore's service model, whatever the wire protocol) and
returns the plain dict that the service model describes, or raises :class:`~rehearsal.localaws.ground.errors.AwsError`.
"""

from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult
from moto.core.utils import camelcase_to_underscores

from rehearsal.localaws.ground import host


class ServiceApi(BaseResponse):
    """One request to a service of the embedded AWS."""

    def __init__(self, service_name: str | None = None) -> None:
        super().__init__(*(() if service_name is None else (service_name,)))
        self.automated_parameter_parsing = True

    def call_action(self) -> Any:
        """Run the operation; a dict answer is serialised in the protocol of the request."""
        self._wrap_operation()
        return super().call_action()

    def _wrap_operation(self) -> None:
        """moto serialises ActionResult only: let operations return plain dicts (or nothing)."""
        name = camelcase_to_underscores(self._get_action() or "")
        operation = getattr(self, name, None)
        if operation is None:
            return

        def answer() -> ActionResult:
            self.check_request()
            result = operation()
            if isinstance(result, ActionResult):  # an operation that a room left to moto
                return result
            return EmptyResult() if result is None else ActionResult(result)

        self.__dict__[name] = answer

    def check_request(self) -> None:
        """Refuse what no operation of the service takes; a room overrides this."""

    @property
    def caller_credentials(self) -> host.Credentials:
        """The credentials that signed this request, for acting on the caller's behalf as CloudFormation does."""
        from rehearsal.localaws.authorizer import identity

        return identity.credentials_of(self.access_key)

    @property
    def caller_arn(self) -> str:
        """Who signed this request: the ARN of a user or of an assumed role's session."""
        from rehearsal.localaws.authorizer import identity

        return identity.arn_of(self.access_key)
