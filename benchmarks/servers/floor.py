"""Floor: the least that a Python process can do for a CSV body. No signature, no routes, no checks: ``floor.py MODEL
PORT``."""

import asyncio
import sys

import numpy as np
import xgboost

booster = xgboost.Booster(model_file=sys.argv[1])
booster.set_param({"nthread": 1})
width = booster.num_features()


def score(body: bytes) -> bytes:
    """Predictions, one a line."""
    cells = np.fromstring(body.replace(b"\n", b",").decode(), dtype=np.float32, sep=",")
    return b"".join(
        b"%.9g\n" % value for value in booster.inplace_predict(cells.reshape(-1, width), validate_features=False)
    )


class Scoring(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.received = transport, b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n")
        if end < 0:
            return
        at = self.received.lower().index(b"content-length:") + 15
        length = int(self.received[at : self.received.index(b"\r", at)])
        body = self.received[end + 4 :]
        if len(body) < length:
            return
        self.received = b""
        answer = score(body.rstrip())
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)


async def main() -> None:
    """Serve for ever."""
    server = await asyncio.get_running_loop().create_server(Scoring, "127.0.0.1", int(sys.argv[2]))
    await server.serve_forever()


asyncio.run(main())
