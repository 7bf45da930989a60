"""From an admitted request to moto's application of its service: the service that the caller signed for, and no other.

moto would tell the service from whatever the request brings (headers of other protocols, the body, the path). Here the
signature's scope decides, so that what was authenticated is what is executed. Handlers of moto that never ask the
authorizer are not served.
"""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from botocore.exceptions import UnknownServiceError
from flask import Flask, Response, request
from moto.core.responses import BaseResponse
from moto.core.routing import get_service_router
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.exceptions import NotFound

from rehearsal.localaws.authorizer import administrator, request_heads, wire_errors
from rehearsal.localaws.authorizer.admission import CALLER, Caller, Unsigned
from rehearsal.localaws.authorizer.authentication import Authenticated
from rehearsal.localaws.authorizer.signature import ALGORITHM
from rehearsal.localaws.entrance import offered
from rehearsal.localaws.entrance.contract import words
from rehearsal.localaws.ground import host

_JUDGED = {
    "moto.s3.responses": {"S3Response.bucket_dispatch", "S3Response.ambiguous_dispatch", "S3Response.key_dispatch"},
    "moto.elb.urls": {"api_version_elb_backend"},
    "moto.elbv2.urls": {"api_version_elb_backend"},
}
"""Handlers that ask the authorizer themselves, beside ``BaseResponse.dispatch``: by their module."""


_DYNAMODB = re.compile(r"DynamoDB(Streams)?_\d{8}\.\w+$")
"""moto reads DynamoDB's version from the operation's name."""


_BY_PATH = ("moto_api", "instance_metadata")


class Services(Protocol):
    """What answers requests that were admitted."""

    lock: AbstractContextManager[Any]

    def get_application(self, environ: dict[str, Any]) -> Callable[..., Any]:
        """The WSGI application for a request."""


class Dispatcher(DomainDispatcherApplication):
    """moto's applications, one for each service, made when they are first needed."""

    def __init__(self) -> None:
        super().__init__(_judging_application)

    def load(self, service: str) -> None:
        """Make the application of a service, by moto's name of it, before it is asked for."""
        self.app_instances[service] = self.create_app(service)

    def infer_service_region_host(self, environ: dict[str, Any], path: str) -> str | None:
        """moto's name for the service and region."""
        caller: Caller = environ[CALLER]
        if caller.service == "dynamodb" and not _DYNAMODB.match(environ.get("HTTP_X_AMZ_TARGET", "")):
            raise NotImplementedError("X-Amz-Target names no operation of DynamoDB")
        if "HTTP_AUTHORIZATION" in environ or caller.service != "s3":
            found: str | None = super().infer_service_region_host(environ, path)
            return found
        return f"s3.{host.current().settings.region}.amazonaws.com"

    def get_backend_for_host(self, host: str | None) -> Any:
        """moto's name of the service; None for what only a path would lead to.

        That are moto's control API and its imitation of the instance metadata, which ask for no signature: such paths
        are objects of buckets named ``moto-api`` and ``latest``.

        Raises:
            NotOffered: it is none that is offered.
        """
        if host in _BY_PATH:
            return None
        found = super().get_backend_for_host(host)
        if host is not None and found not in offered.SERVICES:
            raise offered.NotOffered(found or host)
        return found


def lead(environ: dict[str, Any], caller: Caller) -> None:
    """Leave nothing in the request by which moto could take it for another service's."""
    if isinstance(caller, Authenticated) and caller.signed is not None and not caller.signed.is_presigned:
        scope, signed = caller.signed.scope, caller.signed
        key_id = administrator.usual_key(scope.access_key_id)  # moto finds no key id of another form in the header
        credential = f"{key_id}/{scope.date}/{scope.region}/{scope.service}/aws4_request"
        environ["HTTP_AUTHORIZATION"] = (
            f"{ALGORITHM} Credential={credential}, SignedHeaders={';'.join(signed.signed_headers)}, "
            f"Signature={signed.signature}"
        )
    else:
        environ.pop("HTTP_AUTHORIZATION", None)
    if caller.service == "s3" or (isinstance(caller, Unsigned) and caller.service == "sts"):
        environ.pop("HTTP_X_AMZ_TARGET", None)


def _judging_application(service: Any) -> Flask:
    """moto's application without the handlers that never ask the authorizer."""
    application = create_backend_app(service)
    for endpoint, view in application.view_functions.items():
        handler = getattr(view, "callback", None)  # a handler of moto's, within what makes Flask's of it
        if not _asks(handler):
            application.view_functions[endpoint] = _closed(getattr(handler, "__qualname__", endpoint))
    for status in (404, 405):
        application.register_error_handler(status, _unrouted)
    return application


def _unrouted(error: Any) -> Any:
    """In the shape of the service's protocol, where Flask would send a page."""
    if request.routing_exception is not error:
        return error
    head, service = request_heads.of_environ(request.environ), request.environ[CALLER].service
    protocol, named = wire_errors.protocol_of(head, service), _operation(service)
    denial = words.not_offered(service, named) if named else words.unknown_operation(service, protocol, "")
    reply = wire_errors.shaped(head, protocol, denial)
    return Response(reply.body, reply.status, reply.head())


def _operation(service: str) -> str:
    """The operation of AWS that a request names by its method and path; nothing when there is none."""
    try:
        return str(get_service_router(service).match(request)[0].name)
    except (NotFound, UnknownServiceError):
        return ""


def _asks(handler: Any) -> bool:
    """Whether a handler has the authorizer judge each request."""
    if getattr(handler, "__func__", None) is BaseResponse.__dict__["dispatch"].__func__:
        return True
    return getattr(handler, "__qualname__", "") in _JUDGED.get(getattr(handler, "__module__", ""), ())


def _closed(handler: str) -> Callable[..., Any]:
    def refuse(**_named: Any) -> Any:
        raise NotImplementedError(f"moto's {handler} asks nobody whether the caller may")

    return refuse
