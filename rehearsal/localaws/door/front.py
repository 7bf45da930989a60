"""The front of the embedded AWS: one WSGI application that hands each request to whom it belongs.

``/_rehearsal/...`` goes to the capabilities, what a short cut takes is answered there (the data plane of endpoints),
all else goes to moto's dispatcher, which finds the service by the signature's scope.
"""

import io
import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from xml.sax.saxutils import escape

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from rehearsal.localaws.door import capabilities
from rehearsal.localaws.ground import host, persistence
from rehearsal.localaws.ground.request_gate import Closed, gate
from rehearsal.localaws.moto_bridge import wiring
from rehearsal.localaws.storage import disk, reception

FORM_BODY = "rehearsal.form_body"
"""WSGI key of a form's bytes."""

_READING = ("Describe", "List", "Get", "BatchGet")

_REST_XML = {"route53", "cloudfront", "s3-control"}

log = logging.getLogger("rehearsal.localaws")

StartResponse = Callable[..., Any]
Shortcut = Callable[[dict[str, Any], StartResponse], Iterable[bytes] | None]
"""Answers a request, or returns None to leave it (with its body unread) to moto."""

_shortcuts: list[Shortcut] = []


def add_shortcut(shortcut: Shortcut) -> None:
    """Ask ``shortcut`` before moto is asked."""
    _shortcuts.append(shortcut)


class Front:
    """The WSGI application of the server."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            reception.receive(environ)
        except reception.BadBody as error:
            return _refuse_body(environ, start_response, error)
        except OSError as error:
            return _disk_is_full(environ, start_response, error)
        try:
            with gate.passing():
                if _may_change(environ):
                    persistence.changed()
                return self._answer(environ, start_response)
        except Closed:
            told = "The embedded AWS is being stopped, and its state has been written."
            return _fail(environ, start_response, "503 Service Unavailable", "ServiceUnavailable", told)

    def _answer(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        # moto checks signatures on the undecoded path, which it reads from RAW_URI; cheroot sets only REQUEST_URI
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI", ""))
        _keep_form(environ)
        if environ["PATH_INFO"].startswith(capabilities.PREFIX):
            return capabilities.handle(environ, start_response)
        for shortcut in _shortcuts:
            answer = shortcut(environ, start_response)
            if answer is not None:
                return answer
        try:
            return self._application(environ)(environ, start_response)
        except NotImplementedError as error:
            return _not_offered(environ, start_response, str(error))
        except disk.DamagedContent as error:
            return _fail(environ, start_response, "500 Internal Server Error", "InternalError", str(error))
        except OSError as error:
            return _disk_is_full(environ, start_response, error)
        except Exception:  # the outermost edge: the caller gets an AWS-like answer, the log the traceback
            log.exception("while answering %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _fail(
                environ,
                start_response,
                "500 Internal Server Error",
                "InternalFailure",
                "The embedded AWS failed; its log has the traceback.",
            )

    def _application(self, environ: dict[str, Any]) -> Callable[..., Iterable[bytes]]:
        """moto's application for the service, loaded with what of ours belongs to it."""
        application: Callable[..., Iterable[bytes]] = self._moto.get_application(environ)
        if wiring.is_behind():
            with self._moto.lock:  # the lock under which moto loads services: one at a time
                wiring.catch_up()
        return application


def _refuse_body(environ: dict[str, Any], start_response: StartResponse, error: reception.BadBody) -> Iterable[bytes]:
    """S3's answer to a body that it does not take; the connection ends, as not all of it may have been read."""
    body = f"<Error><Code>{error.code}</Code><Message>{error}</Message></Error>".encode()
    headers = [("Content-Type", "application/xml"), ("Content-Length", str(len(body))), ("Connection", "close")]
    log.debug("%s %s: %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], error)
    start_response("400 Bad Request", headers)
    return [body]


def _disk_is_full(environ: dict[str, Any], start_response: StartResponse, error: OSError) -> Iterable[bytes]:
    """What to say when something could not be written; another error of the system is a fault of ours."""
    if not disk.is_full(error):
        log.exception("while answering %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
        told = "The embedded AWS failed; its log has the traceback."
        return _fail(environ, start_response, "500 Internal Server Error", "InternalFailure", told)
    told = disk.told(error, host.current().settings.scratch)
    log.error(told)
    return _fail(environ, start_response, disk.STATUS, disk.CODE, told)


def _may_change(environ: dict[str, Any]) -> bool:
    """Whether something may be different afterwards: S3 reads by method, JSON services by the operation's name."""
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return environ["REQUEST_METHOD"] not in ("GET", "HEAD") and not operation.startswith(_READING)


def _keep_form(environ: dict[str, Any]) -> None:
    """Keep a form's bytes, which werkzeug parses away and signatures are made over."""
    if reception.LARGE_BODY not in environ and environ.get("CONTENT_TYPE", "").startswith(
        "application/x-www-form-urlencoded"
    ):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ[FORM_BODY] = body
        environ["wsgi.input"] = io.BytesIO(body)


def _not_offered(environ: dict[str, Any], start_response: StartResponse, what: str) -> Iterable[bytes]:
    message = f"The embedded AWS does not offer this operation of {_service(environ) or 'this service'}: {what}"
    log.warning(message)
    return _fail(environ, start_response, "501 Not Implemented", "NotImplemented", message)


def _service(environ: dict[str, Any]) -> str:
    """The service in the signature's scope; empty without one."""
    return "".join(environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")[3:4])


def _fail(
    environ: dict[str, Any], start_response: StartResponse, status: str, code: str, message: str
) -> Iterable[bytes]:
    """An error in the shape of the request's protocol: XML to who speaks query or S3, JSON to all others."""
    if _service(environ) == "s3":
        content_type, body = "application/xml", f"<Error>{_elements(code, message)}</Error>"
    elif FORM_BODY in environ or _service(environ) in _REST_XML:
        content_type = "text/xml"
        body = f"<ErrorResponse><Error><Type>Receiver</Type>{_elements(code, message)}</Error></ErrorResponse>"
    else:
        content_type = "application/json"
        body = json.dumps({"__type": code, "code": code, "message": message, "Message": message})
    encoded = body.encode()
    headers = [("Content-Type", content_type), ("Content-Length", str(len(encoded))), ("x-amzn-errortype", code)]
    start_response(status, headers)
    return [encoded]


def _elements(code: str, message: str) -> str:
    return f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
