"""The front of the embedded AWS: one WSGI application that hands each request to whom it belongs.

A request's head is judged first (``authorizer/admission.py``): Host and Origin for all of them, then, for what goes on
to moto, the signature. ``/_rehearsal/...`` goes to the capabilities, what a short cut takes is answered there (the data
plane of endpoints); both know their callers in ways of their own. All else goes to moto's application of the service
that the caller signed for.
"""

import io
import logging
from collections.abc import Callable, Iterable
from typing import Any

from rehearsal.localaws.authorizer import admission, authentication, denials, form_signature, request_heads, wire_errors
from rehearsal.localaws.authorizer.admission import Caller, Unsigned
from rehearsal.localaws.authorizer.authentication import RequestHead
from rehearsal.localaws.authorizer.denials import Denial, Problem, Rejection
from rehearsal.localaws.authorizer.form_policy import Refused
from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.door.shortcuts import StartResponse
from rehearsal.localaws.entrance import again, dispatch, form_uploads, offered
from rehearsal.localaws.entrance.contract import seam
from rehearsal.localaws.ground import host, persistence
from rehearsal.localaws.ground.replies import Reply
from rehearsal.localaws.ground.request_gate import Closed, gate
from rehearsal.localaws.moto_bridge import wiring
from rehearsal.localaws.storage import disk, reception
from rehearsal.localaws.storage.body import FileBody
from rehearsal.localaws.storage.disk import DamagedContent

_READING = ("Describe", "List", "Get", "BatchGet")

_FORM = "rehearsal.form"
"""WSGI key of an upload by HTML form."""

log = logging.getLogger("rehearsal.localaws")


class Front:
    """The WSGI application of the server."""

    def __init__(self, services: dispatch.Services | None = None) -> None:
        """``services`` are moto's unless a test gives its own."""
        self._moto = services or dispatch.Dispatcher()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        # moto checks signatures on the undecoded path, which it reads from RAW_URI; cheroot sets only REQUEST_URI
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI", ""))
        head = request_heads.of_environ(environ)
        arrival = admission.arrive(head)
        if isinstance(arrival, Reply):
            return _refuse(environ, start_response, arrival)
        respond = _telling(start_response, arrival.browser_headers)
        try:
            with gate.passing():
                answer = self._by_shortcut(environ, respond, head)
            if answer is not None:
                return answer
            caller = _admitted(environ, head, arrival)
            if isinstance(caller, Reply):
                return _refuse(environ, respond, caller)
            with gate.passing():
                return self._by_moto(environ, respond, head, caller)
        except Closed:
            told = "The embedded AWS is being stopped, and its state has been written."
            return _fail(head, respond, Denial(503, "ServiceUnavailable", told))

    def _by_shortcut(
        self, environ: dict[str, Any], start_response: StartResponse, head: RequestHead
    ) -> Iterable[bytes] | None:
        """The answer of who needs no signature, None when the request is none of theirs."""
        try:
            answer = shortcuts.answer(environ, start_response)
        except Exception:  # the outermost edge: the caller gets an AWS-like answer, the log the traceback
            log.exception("while answering %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _failed(head, start_response)
        if answer is not None and _may_change(environ):
            persistence.changed()
        return answer

    def _by_moto(
        self, environ: dict[str, Any], start_response: StartResponse, head: RequestHead, caller: Caller
    ) -> Iterable[bytes]:
        environ[admission.CALLER] = caller
        if _may_change(environ):
            persistence.changed()
        try:
            application = self._application(environ, caller)
            if _FORM in environ:
                return form_uploads.answered(environ[_FORM], application, environ, start_response)
            return again.answered(application, environ, start_response)
        except offered.NotOffered:
            told = offered.refusal(caller.service)
            log.warning(told)
            return _fail(head, start_response, Denial(501, "NotImplemented", told))
        except NotImplementedError as error:
            return _not_offered(head, start_response, str(error))
        except DamagedContent as error:
            return _fail(head, start_response, Denial(500, "InternalError", str(error)))
        except OSError as error:
            full = _disk_is_full(error)
            if full is not None:
                return _fail(head, start_response, full)
            log.exception("while answering %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _failed(head, start_response)
        except Exception as error:  # the outermost edge: the caller gets an AWS-like answer, the log the traceback
            explained = seam.explained(error, environ)
            if explained is not None:
                return _fail(head, start_response, explained)
            log.exception("while answering %s %s", environ["REQUEST_METHOD"], environ["PATH_INFO"])
            return _failed(head, start_response)

    def _application(self, environ: dict[str, Any], caller: Caller) -> Callable[..., Iterable[bytes]]:
        """moto's application for the service, loaded with what of ours belongs to it."""
        dispatch.lead(environ, caller)
        application: Callable[..., Iterable[bytes]] = self._moto.get_application(environ)
        if wiring.is_behind():
            with self._moto.lock:  # the lock under which moto loads services: one at a time
                wiring.catch_up()
        return application


def _admitted(environ: dict[str, Any], head: RequestHead, arrival: admission.Arrival) -> Caller | Reply:
    """The caller, with the body taken in and checked; a reply to who may not come in."""
    caller = admission.admit(head, arrival)
    if isinstance(caller, Reply):
        return caller
    try:
        reception.receive(environ)
    except reception.BadBody as error:
        return wire_errors.shaped(head, "s3", Denial(400, error.code, str(error)))
    except OSError as error:
        full = _disk_is_full(error)
        if full is None:
            raise
        return wire_errors.shaped(head, "s3", full)
    if isinstance(caller, Unsigned) and caller.is_upload:
        return _uploaded(environ, head, admission.bucket_of(head, arrival) or "")
    body = _body(environ)
    if isinstance(caller, Unsigned):
        return _looked_into(caller, head, body)
    wrong = authentication.check_body(caller, head, body)
    return caller if wrong is None else wire_errors.refusal(head, admission.service_in_scope(head), wrong)


def _disk_is_full(error: OSError) -> Denial | None:
    """What to say when something could not be written for want of room; None for another error of the system."""
    if not disk.is_full(error):
        return None
    told = disk.told(error, host.current().settings.scratch)
    log.error(told)
    return Denial(disk.STATUS, disk.CODE, told)


def _looked_into(caller: Unsigned, head: RequestHead, body: bytes | FileBody) -> Caller | Reply:
    """What an unsigned request's body says of who sends it."""
    found = admission.FEDERATED.search(body) if caller.is_federated and isinstance(body, bytes) else None
    if found is not None:
        return wire_errors.shaped(head, "query", denials.no_identity_provider(found[1].decode()))
    if caller.is_federated:
        return wire_errors.refusal(head, None, Rejection(Problem.NO_SIGNATURE))
    return caller


def _uploaded(environ: dict[str, Any], head: RequestHead, bucket: str) -> Caller | Reply:
    """Who signed a form, with the request made the PutObject that the form stands for."""
    body: bytes | FileBody = environ[reception.RECEIVED] if reception.RECEIVED in environ else _body(environ)
    found: Caller | Rejection
    try:
        form = form_uploads.read(environ.get("CONTENT_TYPE", ""), body, bucket)
        if "policy" in form.fields:
            found = form_signature.caller_of(form.fields, form.size)
        else:
            found = Unsigned("s3") if admission.may_be_public(bucket) else Rejection(Problem.NO_SIGNATURE)
    except Refused as refused:
        return wire_errors.shaped(head, "s3", Denial(refused.status, refused.code, str(refused)))
    if isinstance(found, Rejection):
        return wire_errors.refusal(head, "s3", found)
    form_uploads.as_put(environ, form)
    environ[_FORM] = form
    return found


def _body(environ: dict[str, Any]) -> bytes | FileBody:
    """The whole body: a file where it is large, else its bytes, which are left to be read once more."""
    if reception.LARGE_BODY in environ:
        large: FileBody = environ[reception.LARGE_BODY]
        return large
    body = bytes(environ["wsgi.input"].read())
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _telling(start_response: StartResponse, more: Iterable[tuple[str, str]]) -> StartResponse:
    """``start_response`` with further headers."""
    added = list(more)
    if not added:
        return start_response

    def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        return start_response(status, [*headers, *added], *exc_info)

    return start


def _refuse(environ: dict[str, Any], start_response: StartResponse, reply: Reply) -> Iterable[bytes]:
    log.debug("refused %s %s: %s", environ["REQUEST_METHOD"], environ["PATH_INFO"], reply.status)
    start_response(reply.status, reply.head())
    return [reply.body]


def _may_change(environ: dict[str, Any]) -> bool:
    """Whether something may be different afterwards: S3 reads by method, JSON services by the operation's name."""
    operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
    return environ["REQUEST_METHOD"] not in ("GET", "HEAD") and not operation.startswith(_READING)


def _not_offered(head: RequestHead, start_response: StartResponse, what: str) -> Iterable[bytes]:
    service = admission.service_in_scope(head) or "this service"
    message = f"The embedded AWS does not offer this operation of {service}: {what}"
    log.warning(message)
    return _fail(head, start_response, Denial(501, "NotImplemented", message))


def _failed(head: RequestHead, start_response: StartResponse) -> Iterable[bytes]:
    told = "The embedded AWS failed; its log has the traceback."
    return _fail(head, start_response, Denial(500, "InternalFailure", told))


def _fail(head: RequestHead, start_response: StartResponse, denial: Denial) -> Iterable[bytes]:
    """An error in the shape of the request's protocol."""
    reply = wire_errors.shaped(head, wire_errors.protocol_of(head, admission.service_in_scope(head)), denial)
    start_response(reply.status, reply.head())
    return [reply.body]
