"""Whole HTTP answers, and the line of each status. Pure."""

from dataclasses import dataclass

_LINES = {
    200: "200 OK",
    204: "204 No Content",
    400: "400 Bad Request",
    403: "403 Forbidden",
    404: "404 Not Found",
    405: "405 Method Not Allowed",
    408: "408 Request Timeout",
    411: "411 Length Required",
    413: "413 Request Entity Too Large",
    415: "415 Unsupported Media Type",
    424: "424 Failed Dependency",
    429: "429 Too Many Requests",
    500: "500 Internal Server Error",
    501: "501 Not Implemented",
    503: "503 Service Unavailable",
    507: "507 Insufficient Storage",
}


@dataclass(frozen=True)
class Reply:
    """An HTTP answer: status line, headers without the length, body."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def head(self) -> list[tuple[str, str]]:
        """The headers with the length."""
        return [*self.headers, ("Content-Length", str(len(self.body)))]


def status_line(status: int) -> str:
    """The status with its words, where they are known here: ``404 Not Found``."""
    return _LINES.get(status, f"{status} .")
