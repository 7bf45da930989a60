"""``POST /invocations``, ``GET /ping``, ``GET /execution-parameters``: the serving half as an HTTP server of the
standard library.

For trying the algorithm by itself. Endpoints of the embedded AWS call :mod:`serving` from servers of their own.
"""

import json
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rehearsal.localaws.algorithms.xgboost.serving import Reply, Scorer, execution_parameters

HOST = "127.0.0.1"


class Requests(BaseHTTPRequestHandler):
    """One connection to the container."""

    protocol_version = "HTTP/1.1"

    def __init__(self, scorer: Scorer, *arguments: Any) -> None:
        self._scorer = scorer
        super().__init__(*arguments)

    def do_GET(self) -> None:
        """Health, and how a batch transform should call."""
        if self.path == "/ping":
            self._send(Reply(200, None, b""))
        elif self.path == "/execution-parameters":
            parameters = execution_parameters(self._scorer.settings.max_payload_bytes)
            self._send(Reply(200, "application/json", json.dumps(parameters).encode()))
        else:
            self._send(Reply(404, "text/plain", b"not found"))

    def do_POST(self) -> None:
        """A prediction."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == "/invocations":
            self._send(self._scorer.invoke(self.headers.get("Content-Type"), self.headers.get("Accept"), body))
        else:
            self._send(Reply(404, "text/plain", b"not found"))

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.content_type:
            self.send_header("Content-Type", reply.content_type)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  the base class's name
        """Access lines go to the log, not to standard error."""
        print(f"{self.address_string()} {format % arguments}", flush=True)


def make(scorer: Scorer, port: int) -> ThreadingHTTPServer:
    """A server on loopback that has the port (0 takes a free one) and waits for ``serve_forever``."""
    return ThreadingHTTPServer((HOST, port), partial(Requests, scorer))
