"""A model server for the user's script: ``model_fn``, ``input_fn``, ``predict_fn``, ``output_fn`` or ``transform_fn``.

As the scikit-learn and XGBoost images serve a script: ``SAGEMAKER_PROGRAM`` names it, ``SAGEMAKER_SUBMIT_DIRECTORY``
its folder. Answers ``GET /ping``, ``GET /execution-parameters`` and ``POST /invocations`` on the port of
``SAGEMAKER_BIND_TO_PORT``. https://github.com/aws/sagemaker-scikit-learn-container,
https://github.com/aws/sagemaker-xgboost-container
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import traceback
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType
from typing import Any

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120  as for a program run by its path

from user_requirements import RequirementsError, bring  # type: ignore[import-not-found]

JSON, CSV, NPY = "application/json", "text/csv", "application/x-npy"
_ANY = ("", "*/*", "application/*", "text/*")


class UserScriptError(Exception):
    """The script cannot serve; the text says why."""


class Unsupported(Exception):
    """A content type that the defaults do not read (415) or write (406)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def decode(body: bytes, content_type: str) -> Any:
    """The rows of a request, as the image's default ``input_fn`` reads them."""
    import numpy

    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == JSON:
        return numpy.array(json.loads(body), dtype=numpy.float32)
    if media_type in (CSV, ""):
        return numpy.atleast_1d(numpy.genfromtxt(io.StringIO(body.decode()), dtype=numpy.float32, delimiter=","))
    if media_type == NPY:
        return numpy.load(io.BytesIO(body), allow_pickle=False)
    raise Unsupported(415, f"Content type {content_type} is not supported by this framework.")


def encode(prediction: Any, accept: str) -> tuple[bytes, str]:
    """A prediction, as the image's default ``output_fn`` writes it."""
    import numpy

    media_type = accept.partition(";")[0].strip().lower()
    if media_type == JSON or media_type in _ANY:
        return json.dumps(numpy.asarray(prediction).tolist()).encode(), JSON
    if media_type == CSV:
        text = io.StringIO()
        numpy.savetxt(text, numpy.asarray(prediction), delimiter=",", fmt="%s")
        return text.getvalue().encode(), CSV
    if media_type == NPY:
        packed = io.BytesIO()
        numpy.save(packed, numpy.asarray(prediction))
        return packed.getvalue(), NPY
    raise Unsupported(406, f"Accept type {accept} is not supported by this framework.")


class Handler:
    """The functions of a script, the image's own in place of those that it lacks, and the model that it loaded."""

    def __init__(self, script: ModuleType, model_folder: str) -> None:
        functions = {name: getattr(script, name, None) for name in ("input_fn", "predict_fn", "output_fn")}
        self._whole = getattr(script, "transform_fn", None)
        if self._whole and any(functions.values()):
            raise UserScriptError("Cannot use transform_fn implementation with input_fn, predict_fn, and/or output_fn")
        load = getattr(script, "model_fn", None)
        if load is None:
            raise UserScriptError(
                "Please provide a model_fn implementation: it loads the model of the folder it is given."
            )
        self._input, self._predict, self._output = functions.values()
        self._model = load(model_folder)

    def answer(self, body: bytes, content_type: str, accept: str) -> tuple[bytes, str]:
        """The body and content type for a request."""
        if self._whole:
            return _pair(self._whole(self._model, _given(body, content_type), content_type, accept), accept)
        given = _given(body, content_type)
        data = self._input(given, content_type) if self._input else decode(body, content_type)
        prediction = self._predict(data, self._model) if self._predict else self._model.predict(data)
        if self._output is None:
            return encode(prediction, accept)
        return _pair(self._output(prediction, accept), accept)


def _given(body: bytes, content_type: str) -> Any:
    """What a script's function gets: text for text, bytes for all else."""
    media_type = content_type.partition(";")[0].strip().lower()
    return body.decode() if media_type in (JSON, CSV, "text/libsvm", "text/x-libsvm") else body


def _pair(output: Any, accept: str) -> tuple[bytes, str]:
    """What a script's function returned: a body, a body with its content type, or an object with ``response`` and
    ``mimetype``."""
    kind = JSON if accept in _ANY else accept
    if isinstance(output, tuple):
        output, kind = output
    elif hasattr(output, "response"):
        output, kind = output.response, getattr(output, "mimetype", None) or kind
    if isinstance(output, (list, tuple)) and output and isinstance(output[0], bytes):
        output = b"".join(output)
    return (bytes(output) if isinstance(output, (bytes, bytearray)) else str(output).encode()), kind


def load(environment: Any = os.environ) -> Handler:
    """Install the script's requirements, import it and load the model."""
    base = environment["SAGEMAKER_BASE_DIR"]
    folder, program = environment["_REHEARSAL_CODE_DIR"], environment["SAGEMAKER_PROGRAM"]
    bring(folder)
    sys.path.insert(0, folder)
    name = program[: -len(".py")] if program.endswith(".py") else program
    return Handler(importlib.import_module(name.replace("/", ".")), os.path.join(base, "model"))  # noqa: PTH118


def _server(handler: Handler) -> type[BaseHTTPRequestHandler]:
    class Requests(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            known = {"/ping": b"", "/execution-parameters": json.dumps(_parameters()).encode()}
            body = known.get(self.path)
            self._send(404 if body is None else 200, body or b"", JSON)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            accept = self.headers.get("Accept") or os.environ.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT") or ""
            try:
                answer, kind = handler.answer(body, self.headers.get("Content-Type") or "", accept)
            except Unsupported as error:
                self._send(error.status, str(error).encode(), "text/plain")
            except Exception:  # noqa: BLE001  the script's own: the caller gets its text
                trace = traceback.format_exc()
                print(trace, flush=True)
                self._send(500, trace.encode(), "text/plain")
            else:
                self._send(200, answer, kind)

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The image's access log is not imitated."""

    return Requests


def _parameters() -> dict[str, Any]:
    return {"MaxConcurrentTransforms": os.cpu_count() or 1, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}


def main() -> int:
    """Serve until ended; gives the exit code when the script cannot serve."""
    try:
        handler = load()
    except (UserScriptError, RequirementsError) as error:
        print(f"{type(error).__name__}: {error}", flush=True)
        return 1
    server = HTTPServer(("127.0.0.1", int(os.environ["SAGEMAKER_BIND_TO_PORT"])), _server(handler))
    print(f"Serving {os.environ['SAGEMAKER_PROGRAM']}", flush=True)
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
