"""A load generator in a process of its own: ``load.py PORT CONNECTIONS SECONDS < REQUEST`` prints a JSON object.

Sends the bytes on its standard input over keep-alive connections, one request at a time on each, from one thread, and
measures each answer. Any status but 200 ends it with an error.
"""

import json
import selectors
import socket
import sys
import time


class Caller:
    """One connection."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.send()

    def send(self) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def read(self) -> float | None:
        """The seconds that the answer took, once it is whole."""
        data = self.socket.recv(1 << 18)
        if not data:
            raise SystemExit(f"connection closed; last received: {self.received[:300]!r}")
        self.received += data
        head, end, body = self.received.partition(b"\r\n\r\n")
        if not end:
            return None
        if b" 200 " not in head.split(b"\r\n", 1)[0]:
            raise SystemExit(f"not a 200: {self.received[:500]!r}")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at:].split(b"\r\n", 1)[0])
        return time.perf_counter() - self.sent_at if len(body) >= length else None


def main() -> None:
    """Measure for the given time."""
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    request = sys.stdin.buffer.read()
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        caller = Caller(port, request)
        selector.register(caller.socket, selectors.EVENT_READ, caller)
    latencies: list[float] = []
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        for key, _ in selector.select():
            latency = key.data.read()
            if latency is not None:
                latencies.append(latency)
                key.data.send()
    elapsed = time.perf_counter() - started
    latencies.sort()
    figures = {"rps": len(latencies) / elapsed}
    figures |= {f"p{q}_ms": latencies[int(len(latencies) * q / 100)] * 1000 for q in (50, 99)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
