"""A console as a process, and a browser without a window: requests with the cookie of the printed link."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.end_to_end.rehearse import ROOT, command, environment


@dataclass(frozen=True)
class Console:
    """One that serves; ``cookie`` is what its link gave."""

    link: str
    cookie: str
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return self.link.partition("/?")[0]

    def ask(
        self, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, str, Mapping[str, str]]:
        """A request with the cookie, a form by POST from the console's own origin; redirects are not followed."""
        own = {"Cookie": self.cookie, **({"Origin": self.url} if form is not None else {}), **(headers or {})}
        given = {name: value for name, value in own.items() if value}
        return answer_of(self.url + path, given, None if form is None else urlencode(form).encode())

    def page(self, path: str) -> str:
        """A page that must be there."""
        status, text, _ = self.ask(path)
        assert status == 200, (path, status, text)
        return text

    def facts(self, path: str) -> Any:
        """A page's JSON twin."""
        return json.loads(self.page(path + ("&" if "?" in path else "?") + "as=json"))

    @property
    def form_token(self) -> str:
        """From a form of a page."""
        found = re.search(r'name="form-token" value="(\w+)"', self.page("/stacks/launch/prep"))
        assert found is not None
        return found[1]

    def change(self, path: str, **fields: str) -> str:
        """Send a form; gives the address that it leads to."""
        status, text, headers = self.ask(path, {"form-token": self.form_token, **fields})
        assert status == 303, (path, status, text)
        return headers["location"]


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments: Any) -> None:
        return None


def answer_of(url: str, headers: Mapping[str, str], body: bytes | None = None) -> tuple[int, str, Mapping[str, str]]:
    """Status, text and headers (lower case), whatever the status."""
    opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))
    try:
        response: HTTPResponse | urllib.error.HTTPError = opener.open(
            urllib.request.Request(url, body, dict(headers)), timeout=60
        )
    except urllib.error.HTTPError as error:
        response = error
    with response:
        return response.status or 0, response.read().decode(), {k.lower(): v for k, v in response.headers.items()}


@contextmanager
def console(variables: Mapping[str, str], *options: str, cwd: Path = ROOT) -> Iterator[Console]:
    """``rehearse console`` while the block runs."""
    process = subprocess.Popen(
        command("console", "--port", "0", "--json", *options),
        env=environment(variables),
        cwd=cwd,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        text = ""
        while not text.rstrip().endswith("}"):
            line = process.stdout.readline()
            assert line, f"the console did not start: {text!r}, exit code {process.wait(10)}"
            text += line
        link = json.loads(text)["link"]
        status, _, headers = answer_of(link, {})
        assert status == 200
        yield Console(link, headers["set-cookie"].partition(";")[0], process)
    finally:
        process.terminate()
        process.communicate(timeout=60)
