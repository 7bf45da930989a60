#!/usr/bin/env python3
"""The image's program ``serve``: answers GET /ping and POST /invocations, CSV in and one prediction a line out.

A container listens to all addresses, which are its own; elsewhere the argument says to which: ``serve.py 127.0.0.1``.
"""

import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import joblib
import numpy as np

MODEL = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model")) / "model.joblib"
PORT = int(os.environ.get("SAGEMAKER_BIND_TO_PORT", "8080"))


def answer(model, body):
    """Predictions for CSV rows without a label.

    Raises:
        ValueError: a cell is no number, or the rows have another number of columns than the model has learnt.
    """
    table = np.loadtxt(body.decode().splitlines(), delimiter=",", ndmin=2)
    return "".join(f"{value:.6f}\n" for value in model.predict(table)).encode()


def handler(model):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self.reply(200 if self.path == "/ping" else 404, b"")

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            try:
                self.reply(200, answer(model, body))
            except ValueError as error:
                self.reply(400, f"{error}\n".encode())

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler


if __name__ == "__main__":
    host = sys.argv[1] if sys.argv[1:] else "0.0.0.0"
    ThreadingHTTPServer((host, PORT), handler(joblib.load(MODEL))).serve_forever()
