"""Uploads by HTML form, as a browser sends them to a bucket: made the PutObject that they stand for, in the name of who
signed the form.

https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import IO, Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit
from xml.sax.saxutils import escape

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from rehearsal.localaws.authorizer.bucket_access import POSTED
from rehearsal.localaws.authorizer.form_policy import Refused
from rehearsal.localaws.ground import host
from rehearsal.localaws.storage import reception
from rehearsal.localaws.storage.body import LARGE_BYTES, PIECE_BYTES, BodyWriter, FileBody

_MOST_FIELD_BYTES = 20_480
_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-type", "expires")
_ABOUT_THE_FORM = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-security-token")
_FILE_NAME = "${filename}"


@dataclass(frozen=True)
class Form:
    """What a form holds up to its file: fields by their lower-case names, the bucket's among them; and the file."""

    bucket: str
    fields: dict[str, str]
    content: bytes | FileBody

    @property
    def key(self) -> str:
        """The object's key."""
        return self.fields["key"]

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size


def read(content_type: str, body: bytes | FileBody, bucket: str) -> Form:
    """Take a form apart.

    Raises:
        Refused: it is no form with a key and a file.
    """
    boundary = parse_options_header(content_type)[1].get("boundary")
    if not boundary:
        raise _malformed()
    with io.BytesIO(body) if isinstance(body, bytes) else body.path.open("rb") as stream:
        try:
            fields, content = _parts(stream, boundary.encode())
        except ValueError as error:
            raise _malformed() from error
    if "key" not in fields:
        told = (
            "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
        )
        raise Refused(400, "InvalidArgument", told)
    return Form(bucket, {**fields, "bucket": bucket}, content)


def _malformed() -> Refused:
    told = "The body of your POST request is not well-formed multipart/form-data."
    return Refused(400, "MalformedPOSTRequest", told)


def _too_long() -> Refused:
    told = "Your POST request fields preceding the upload file were too large."
    return Refused(400, "MaxPostPreDataLengthExceeded", told)


def _parts(stream: IO[bytes], boundary: bytes) -> tuple[dict[str, str], bytes | FileBody]:
    decoder = MultipartDecoder(boundary, max_form_memory_size=None)
    fields: dict[str, str] = {}
    name, value, sink = "", bytearray(), _Sink()
    in_file = False
    while True:
        event = decoder.next_event()
        if isinstance(event, NeedData):
            decoder.receive_data(stream.read(PIECE_BYTES) or None)
        elif isinstance(event, File) or (isinstance(event, Field) and event.name == "file"):
            if event.name != "file":
                raise _malformed()
            file_name = getattr(event, "filename", "") or ""
            fields = {key: text.replace(_FILE_NAME, file_name) for key, text in fields.items()}
            in_file = True
        elif isinstance(event, Field):
            name, value = event.name.lower(), bytearray()
        elif isinstance(event, Data):
            if in_file:
                sink.write(event.data)
                if not event.more_data:
                    return fields, sink.finish()  # what follows the file is ignored
                continue
            value += event.data
            if len(value) + sum(map(len, fields.values())) > _MOST_FIELD_BYTES:
                raise _too_long()
            if not event.more_data:
                fields[name] = value.decode("utf-8", "replace")
        elif isinstance(event, Epilogue):
            raise Refused(400, "InvalidArgument", "POST requires exactly one file upload per request.")


class _Sink:
    """A file's bytes: in memory while they are few."""

    def __init__(self) -> None:
        self._memory = bytearray()
        self._writer: BodyWriter | None = None

    def write(self, piece: bytes | bytearray) -> None:
        if self._writer is None and len(self._memory) + len(piece) > LARGE_BYTES:
            self._writer = BodyWriter(host.current().scratch("objects"))
            self._writer.write(self._memory)
        if self._writer is None:
            self._memory += piece
        else:
            self._writer.write(piece)

    def finish(self) -> bytes | FileBody:
        return bytes(self._memory) if self._writer is None else self._writer.finish()


def as_put(environ: dict[str, Any], form: Form) -> None:
    """Make the request a PutObject of the form's file."""
    path = f"/{form.bucket}/{form.key}"
    for name in [each for each in environ if each.startswith("HTTP_X_AMZ_")]:
        del environ[name]
    environ.update(
        REQUEST_METHOD="PUT",
        PATH_INFO=path.encode().decode("latin-1"),
        RAW_URI=quote(path, safe="/~"),
        REQUEST_URI=quote(path, safe="/~"),
        QUERY_STRING="",
        HTTP_HOST=f"127.0.0.1:{host.current().settings.port}",
        CONTENT_LENGTH="0",
    )
    environ.pop("CONTENT_TYPE", None)
    for name, value in _headers_of(form):
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value.encode().decode("latin-1")
    environ[POSTED], environ["wsgi.input"] = True, io.BytesIO()
    if isinstance(form.content, FileBody):
        environ[reception.LARGE_BODY], environ[reception.AS_SENT] = form.content, {}
    else:
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = io.BytesIO(form.content), str(form.size)


def _headers_of(form: Form) -> Iterable[tuple[str, str]]:
    for name, value in form.fields.items():
        if name in _HEADERS or (name.startswith("x-amz-") and name not in _ABOUT_THE_FORM):
            yield name, value
        elif name == "acl":
            yield "x-amz-acl", value


def answered(
    form: Form, application: Callable[..., Iterable[bytes]], environ: dict[str, Any], start_response: Callable[..., Any]
) -> Iterable[bytes]:
    """The answer to a form by that to its PutObject: 204, or what the form's fields ask for."""
    told: list[tuple[str, list[tuple[str, str]]]] = []
    body = application(environ, lambda status, headers, *_: told.append((status, headers)))
    status, headers = told[0]
    if not status.startswith("200"):
        start_response(status, headers)
        return body
    kept = [each for each in headers if each[0].lower() not in ("content-length", "content-type")]
    etag = next((value for name, value in headers if name.lower() == "etag"), "")
    status, more, content = _success(form, etag)
    start_response(status, [*kept, *more, ("Content-Length", str(len(content)))])
    return [content]


def _success(form: Form, etag: str) -> tuple[str, list[tuple[str, str]], bytes]:
    redirect = form.fields.get("success_action_redirect", form.fields.get("redirect"))
    if redirect and urlsplit(redirect).scheme in ("http", "https"):
        parts = urlsplit(redirect)
        query = [*parse_qsl(parts.query), ("bucket", form.bucket), ("key", form.key), ("etag", etag)]
        return "303 See Other", [("Location", urlunsplit(parts._replace(query=urlencode(query))))], b""
    location = f"{host.current().endpoint_url}/{form.bucket}/{quote(form.key)}"
    wanted = form.fields.get("success_action_status")
    if wanted == "201":
        told = f"<Bucket>{escape(form.bucket)}</Bucket><Key>{escape(form.key)}</Key><ETag>{escape(etag)}</ETag>"
        content = (
            '<?xml version="1.0" '
            f'encoding="UTF-8"?>\n<PostResponse><Location>{escape(location)}</Location>{told}</PostResponse>'
        )
        return "201 Created", [("Location", location), ("Content-Type", "application/xml")], content.encode()
    return ("200 OK" if wanted == "200" else "204 No Content"), [("Location", location)], b""
