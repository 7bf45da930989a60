"""Every operation of the named services, unsigned and badly signed, with the routing marks of all other protocols mixed
in.

Run as a program, in a process of its own: ``python -m tests.localaws.authorizer.every_operation SERVICE...``. The front
has a service behind it that notes who reaches it; what it prints is JSON: how many requests were made, and those that
came through.
"""

import io
import itertools
import json
import re
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel

from rehearsal.localaws.authorizer import administrator
from rehearsal.localaws.entrance.front import Front
from rehearsal.localaws.ground import host
from rehearsal.localaws.moto_bridge import wiring

NOW = "20200101T000000Z"
SIGNATURES = ("none", "unknown key", "known key", "another service's", "in the query", "garbled")
MARKS: dict[str, dict[str, str]] = {
    "its own alone": {},
    "public JSON": {
        "X-Amz-Target": "AWSCognitoIdentityProviderService.GetUser",
        "Content-Type": "application/x-amz-json-1.1",
    },
    "form": {"Content-Type": "application/x-www-form-urlencoded"},
    "upload": {"Content-Type": "multipart/form-data; boundary=x"},
    "CBOR": {"Smithy-Protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"},
    "REST": {"Content-Type": "application/json", "X-Amz-Copy-Source": "/bucket/key"},
}
FEDERATED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


class Reached:
    """Services that only note that they were asked."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.was_asked = False

    def get_application(self, _environ: dict[str, Any]) -> Any:
        self.was_asked = True
        return lambda _environ, start_response: start_response("200 OK", []) or []


def requests_of(model: ServiceModel, operation: OperationModel) -> tuple[str, str, str, dict[str, str], bytes]:
    """Method, path, query, headers and body, as clients of the service's protocol route them."""
    protocol, http = model.metadata["protocol"], operation.http
    path, _, query = re.sub(r"\{[^}]+\}", "x", http.get("requestUri", "/")).partition("?")
    if protocol in ("query", "ec2"):
        body = f"Action={operation.name}&Version={model.api_version}".encode()
        return "POST", "/", "", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body
    if protocol == "json" or "targetPrefix" in model.metadata:
        version = model.metadata.get("jsonVersion", "1.0")
        target = f"{model.metadata.get('targetPrefix', '')}.{operation.name}"
        return "POST", "/", "", {"X-Amz-Target": target, "Content-Type": f"application/x-amz-json-{version}"}, b"{}"
    return http.get("method", "POST"), path, query, {}, b"{}"


def signed(kind: str, service: str, known_key: str) -> tuple[dict[str, str], str]:
    """Headers and query of a signature that is none."""
    key = known_key if kind != "unknown key" else "AKIAIOSFODNN7EXAMPLE"
    scope = f"{key}/{NOW[:8]}/us-east-1/{'s3' if kind == 'another service' + chr(39) + 's' else service}/aws4_request"
    if kind == "none":
        return {}, ""
    if kind == "garbled":
        return {"Authorization": f"AWS4-HMAC-SHA256 SignedHeaders=host,Credential={scope}"}, ""
    if kind == "in the query":
        query = f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={scope}&X-Amz-Date={NOW}&X-Amz-Expires=60"
        return {}, f"{query}&X-Amz-SignedHeaders=host&X-Amz-Signature=0"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    return {"Authorization": authorization, "X-Amz-Date": NOW, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}, ""


def environ_of(method: str, path: str, query: str, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REQUEST_URI": f"{path}?{query}" if query else path,
        "HTTP_HOST": "127.0.0.1:4566",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        made[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return made


def attacks(service: str, model: ServiceModel, known_key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in model.operation_names:
        if name in FEDERATED:
            continue  # they are refused by name, which is an answer too
        method, path, query, own, body = requests_of(model, model.operation_model(name))
        for kind, mark in itertools.product(SIGNATURES, MARKS):
            more, in_query = signed(kind, service, known_key)
            asked = "&".join(filter(None, (query, in_query, f"Action={name}" if mark == "form" else "")))
            is_upload_form = mark == "upload" and kind == "none" and not asked  # the form's own fields are judged
            if mark == "public JSON" and kind == "none" and (method, path, asked) == ("POST", "/", ""):
                continue  # that is the public operation itself; what else it might be taken for, the gate asks
            if not is_upload_form:
                yield (
                    f"{service}.{name} {kind}, {mark}",
                    environ_of(method, path, asked, {**own, **MARKS[mark], **more}, body),
                )


def main(services: list[str]) -> None:
    wiring.install()
    settings = host.Settings(port=4566, scratch=Path(tempfile.mkdtemp()))
    host.start(host.Host(settings, administrator.create(settings.account_id, settings.region)))
    known_key = host.current().admin.access_key_id
    reached, tried, operations = Reached(), 0, 0
    came_in: list[str] = []
    front = Front(reached)  # type: ignore[arg-type]  # a lock of its own kind
    for service in services:
        model = botocore.session.get_session().get_service_model(service)
        operations += len(model.operation_names)
        for name, environ in attacks(service, model, known_key):
            tried, reached.was_asked = tried + 1, False
            statuses: list[str] = []
            b"".join(front(environ, lambda status, _headers, found=statuses: found.append(status)))
            was_read = "none" in name and "form" not in name and environ["wsgi.input"].tell() > 0
            if reached.was_asked or was_read or statuses[0][:3] not in ("400", "403"):
                came_in.append(f"{name}: {statuses[0]}")
    print(json.dumps({"operations": operations, "tried": tried, "came in": came_in[:20]}))


if __name__ == "__main__":
    main(sys.argv[1:])
