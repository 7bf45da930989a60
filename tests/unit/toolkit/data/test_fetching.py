"""Fetching a published file, against a web server on this machine."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rehearsal.toolkit.aws.errors import AccountProblem, BadInput, RehearsalError
from rehearsal.toolkit.data import fetching
from rehearsal.toolkit.data.fetching import PublicFile

BODY = b"acid;quality\n7.4;5\n"


class Handler(BaseHTTPRequestHandler):
    """Serves the file, a longer one, and a changed one."""

    def do_GET(self) -> None:
        rows = fetching.PUBLIC_FILES["churn"].header.encode() + b"\n" + b",".join([b"1"] * 21) + b"\n"
        churn = {"/churn": rows, "/short": rows + b"1,2\n", "/other": b"a,b\n1,2\n"}
        bodies = {**churn, "/good": BODY, "/longer": BODY + b"x" * 100_000, "/changed": BODY.replace(b"5", b"6")}
        body = bodies.get(self.path)
        self.send_response(200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args: object) -> None:
        """Silent."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def published(monkeypatch: pytest.MonkeyPatch) -> None:
    file = PublicFile("https://example.invalid/f", len(BODY), hashlib.sha256(BODY).hexdigest(), "quality")
    monkeypatch.setitem(fetching.PUBLIC_FILES, "small", file)


def test_the_published_file_is_kept(server: str, tmp_path: Path) -> None:
    fetching.fetch("small", tmp_path / "new" / "f.csv", url=f"{server}/good")
    assert (tmp_path / "new" / "f.csv").read_bytes() == BODY


@pytest.mark.parametrize("path", ["longer", "changed"])
def test_another_file_is_refused_and_not_kept(server: str, tmp_path: Path, path: str) -> None:
    with pytest.raises(RehearsalError, match="not the published one") as refused:
        fetching.fetch("small", tmp_path / "f.csv", url=f"{server}/{path}")
    assert refused.value.where == f"{server}/{path}"
    assert not (tmp_path / "f.csv").exists()


def test_a_server_that_does_not_have_it_is_told_apart(server: str, tmp_path: Path) -> None:
    with pytest.raises(AccountProblem, match="download failed"):
        fetching.fetch("small", tmp_path / "f.csv", url=f"{server}/nope")


def test_a_server_that_is_not_there_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(AccountProblem, match="refused"):
        fetching.fetch("small", tmp_path / "f.csv", url="http://127.0.0.1:9/f")


def test_files_of_this_machine_are_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not an http"):
        fetching.fetch("small", tmp_path / "f.csv", url="file:///etc/passwd")


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refused:
        fetching.fetch("iris", tmp_path / "f.csv")
    assert "winequality" in refused.value.next_step


def test_a_file_of_unknown_checksum_is_held_against_its_columns(server: str, tmp_path: Path) -> None:
    fetching.fetch("churn", tmp_path / "churn.csv", url=f"{server}/churn")
    assert len((tmp_path / "churn.csv").read_text().splitlines()) == 2
    with pytest.raises(RehearsalError, match="line 3 has another number of columns"):
        fetching.fetch("churn", tmp_path / "no.csv", url=f"{server}/short")
    with pytest.raises(RehearsalError, match="line 1 has another number of columns"):
        fetching.fetch("churn", tmp_path / "no.csv", url=f"{server}/other")
    assert not (tmp_path / "no.csv").exists()
