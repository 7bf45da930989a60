"""An account that does not say that it is a rehearsal: the embedded AWS behind a proxy that has nothing under
``/_rehearsal/``."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_OF_A_CONNECTION = {"connection", "transfer-encoding", "content-length", "expect"}


@contextmanager
def in_front_of(url: str) -> Iterator[str]:
    """The proxy's URL while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(urlsplit(url).netloc))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _handler(place: str) -> type[BaseHTTPRequestHandler]:
    class Forward(BaseHTTPRequestHandler):
        def answer(self) -> None:
            if self.path.startswith("/_rehearsal/"):
                self.send_error(404)
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _OF_A_CONNECTION}
            onward = http.client.HTTPConnection(place, timeout=300)
            onward.request(self.command, self.path, body, {**headers, "Content-Length": str(len(body))})
            answer = onward.getresponse()
            content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_A_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

        def log_request(self, code: object = "-", size: object = "-") -> None:
            """Say nothing."""

    return Forward
