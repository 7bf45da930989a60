"""git over HTTP: ``/git-codecommit/<region>/v1/repos/<name>`` on the server's own port, served by git's own
``http-backend``.

The user name is an access key id and the password its secret (for a role's session: ``id%token``); GitPull and GitPush
are asked of IAM. A push is announced like a change by the API.
"""

import base64
import binascii
import hmac
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from moto.codecommit.models import codecommit_backends

from rehearsal.localaws.authorizer import principals
from rehearsal.localaws.authorizer.decide import Circumstances, decide
from rehearsal.localaws.authorizer.principals import Principal
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.codecommit import models, repository
from rehearsal.localaws.codecommit.models import RepositoryRecord
from rehearsal.localaws.door import shortcuts
from rehearsal.localaws.ground.errors import AwsError

_PATH = re.compile(
    r"/git-codecommit/(?P<region>[a-z0-9-]+)/v1/repos/(?P<name>[\w.-]+?)(\.git)?/(?P<rest>info/refs|git-upload-pack|git-receive-pack)"
)
_CHUNK = 65_536
StartResponse = Callable[..., Any]


def install() -> None:
    """Serve git on the front."""
    shortcuts.add_shortcut(_serve, "/git-codecommit/")


def _serve(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes] | None:
    found = _PATH.fullmatch(environ["PATH_INFO"])
    if found is None:
        return None
    principal = _caller(environ.get("HTTP_AUTHORIZATION", ""))
    if principal is None:
        headers = [("WWW-Authenticate", 'Basic realm="AWS CodeCommit"')]
        return _refuse(
            start_response,
            "401 Unauthorized",
            "an access key id as user and its secret as password are needed",
            headers,
        )
    region, name, rest = found["region"], found["name"], found["rest"]
    try:
        record = codecommit_backends[principal.account_id][region].repository(name)
    except (AwsError, KeyError):
        return _refuse(start_response, "404 Not Found", f"there is no repository {name} in {region}")
    pushes = "git-receive-pack" in (rest, *environ.get("QUERY_STRING", "").split("="))
    action = "codecommit:GitPush" if pushes else "codecommit:GitPull"
    if not _is_allowed(principal, action, record):
        return _refuse(
            start_response,
            "403 Forbidden",
            f"{principal.arn} is not authorized to perform: {action} on resource: {record.arn}",
        )
    before = record.git.references()
    answer = _run_backend(environ, start_response, record, rest, principal)
    return _announcing(answer, record, before, principal) if rest == "git-receive-pack" else answer


def _caller(authorization: str) -> Principal | None:
    kind, _, encoded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    key_id, _, token = user.partition("%")
    principal = principals.find(key_id)
    if principal is None or not hmac.compare_digest(principal.secret_access_key.encode(), password.encode()):
        return None
    return principal if (principal.session_token or "") == token else None


def _is_allowed(principal: Principal, action: str, record: RepositoryRecord) -> bool:
    circumstances = Circumstances(principal, record.region)
    return decide(Need(action, record.arn, {}), circumstances, circumstances.keys()).allowed


def _refuse(
    start_response: StartResponse, status: str, message: str, headers: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    body = f"{message}\n".encode()
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), *headers])
    return [body]


def _run_backend(
    environ: dict[str, Any], start_response: StartResponse, record: RepositoryRecord, rest: str, principal: Principal
) -> Iterable[bytes]:
    """Hand the request to git as a CGI program; its answer is passed on as it comes."""
    with tempfile.TemporaryFile() as body:
        while chunk := environ["wsgi.input"].read(_CHUNK):
            body.write(chunk)
        body.seek(0)
        process = subprocess.Popen(
            [repository.program(), "http-backend"],
            stdin=body,
            stdout=subprocess.PIPE,
            env=_cgi(environ, record, rest, principal),
        )
    assert process.stdout is not None
    status, headers = "200 OK", []
    while line := process.stdout.readline().decode().strip():
        name, _, value = line.partition(": ")
        if name.lower() == "status":
            status = value
        else:
            headers.append((name, value))
    if not headers:  # it always sends some
        process.stdout.close()
        return _refuse(
            start_response, "500 Internal Server Error", f"git http-backend ended with code {process.wait()}"
        )
    start_response(status, headers)
    return _rest_of(process)


def _cgi(environ: dict[str, Any], record: RepositoryRecord, rest: str, principal: Principal) -> dict[str, str]:
    passed = ("REQUEST_METHOD", "QUERY_STRING", "CONTENT_TYPE", "HTTP_CONTENT_ENCODING", "HTTP_ACCEPT")
    variables = {name: environ[name] for name in passed if environ.get(name)}
    if environ.get("CONTENT_LENGTH"):
        variables["CONTENT_LENGTH"] = environ["CONTENT_LENGTH"]
    return repository.environment(
        GIT_PROJECT_ROOT=str(record.git.path.parent),
        GIT_HTTP_EXPORT_ALL="1",
        GIT_PROTOCOL=environ.get("HTTP_GIT_PROTOCOL", ""),
        PATH_INFO=f"/{record.git.path.name}/{rest}",
        REMOTE_USER=principal.arn,
        REMOTE_ADDR="127.0.0.1",
        **variables,
    )


def _rest_of(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    assert process.stdout is not None
    with process:
        while chunk := process.stdout.read(_CHUNK):
            yield chunk


def _announcing(
    answer: Iterable[bytes], record: RepositoryRecord, before: dict[str, str], principal: Principal
) -> Iterator[bytes]:
    yield from answer
    models.announce(record, before, principal.arn)
