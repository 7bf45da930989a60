"""The way of a user through the console, in a real browser: from nothing to an approved model, the server killed in
between."""

import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rehearsal.localaws.ground import announcement
from tests.end_to_end import screenshots
from tests.end_to_end.browsers import browser, chromium, serious_findings, too_wide
from tests.end_to_end.consoles import console
from tests.end_to_end.rehearse import ROOT

LIMIT = 120_000
"""Milliseconds that anything may take on a busy machine."""


@dataclass
class Server:
    """An embedded AWS with a state directory, which is killed and started again on its port."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[str] | None = None
    found: list[str] = field(default_factory=list)

    def start(self) -> dict[str, str]:
        options = [
            "--port",
            str(self.port),
            "--state",
            str(self.folder),
            "--continuation-delay",
            "0.05",
            "--with-parent",
            "--confirm-subscriptions",
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rehearsal.localaws.server", *options],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("ready ")
        announced = announcement.read(self.port)
        assert announced is not None
        return announced.variables

    def stop(self) -> None:
        assert self.process is not None
        self.process.communicate(timeout=180)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.communicate(timeout=180)


@pytest.fixture
def server() -> Iterator[Server]:
    chromium()
    folder = Path(tempfile.mkdtemp(prefix="rt-"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made = Server(folder, port)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def page() -> Iterator[Any]:
    with browser() as running:
        opened = running.new_page(viewport={"width": 1280, "height": 900})
        opened.set_default_timeout(LIMIT)
        problems: list[str] = []
        opened.on("pageerror", lambda error: problems.append(str(error)))
        yield opened
        assert problems == []


def launch(page: Any, button: str, suffix: str, stack: str) -> None:
    """The form of a template, its review, and the stack's page until it is created."""
    page.get_by_role("link", name=button).click()
    page.get_by_label("Your initials").fill("Not usable!")
    page.get_by_text("must be 1 to 14 lower-case letters").wait_for()
    page.get_by_label("Your initials").fill(suffix)
    if stack == "pipeline":
        page.locator("summary", has_text="Production").click()
        page.get_by_label("ProdEnvironment").select_option("true")
    hold(page)
    page.get_by_role("button", name="Review changes").click()
    page.get_by_role("button", name="Create the stack").wait_for()
    hold(page)
    page.get_by_role("button", name="Create the stack").click()
    page.locator(".facts .state", has_text="CREATE_COMPLETE").wait_for()
    hold(page)


def hold(page: Any) -> None:
    assert serious_findings(page) == []


def test_from_nothing_to_an_approved_model(server: Server, page: Any) -> None:
    with console(server.start()) as served:
        page.goto(served.link)
        page.get_by_role("heading", name="Nothing is launched here yet").wait_for()
        assert "token" not in page.url
        hold(page)
        launch(page, "Launch the first stack", "ada", "prep")
        launch(page, "Launch the pipeline's stack", "ada", "pipeline")
        page.get_by_role("link", name="Pipeline mlops-builtinalgo-ada").click()
        page.get_by_role("heading", name="Approve/ApproveProd waits for an approval").wait_for()
        page.get_by_role("heading", name="Is the model good?").wait_for()
        hold(page)
        edit_and_mend(page)
        page.go_back()
        page.get_by_role("heading", name="mlops-builtinalgo-ada").wait_for()
        outlive_the_server(page, server)
        page.get_by_label("Comment").fill("rmse is fine")
        page.get_by_role("button", name="Approve").click()
        page.locator(".facts .state", has_text="Succeeded").wait_for()
        hold(page)
        look_into_an_action(page)
        roll_back(page)
        release_a_revision(page)
        try_the_endpoint(page)
        look_at_every_page_in_a_narrow_window(page)
        look_at_the_training(page)
        clean_up(page)


def edit_and_mend(page: Any) -> None:
    """Break the JSON, be shown where, mend it."""
    page.get_by_role("link", name="UserParameters of DeployTest/FullTest").click()
    text = page.get_by_label("UserParameters, JSON")
    good = text.input_value()
    text.fill(good.replace('"Test",', '"Test"'))
    page.get_by_text(re.compile(r"line \d+, column \d+")).first.wait_for()
    hold(page)
    text.fill(good)
    page.get_by_text("as deployed").wait_for()
    hold(page)


def outlive_the_server(page: Any, server: Server) -> None:
    """While the embedded AWS is away the page says so; when it is back the page goes on by itself."""
    server.kill()
    page.get_by_role("heading", name="This did not work").wait_for()
    server.start()
    page.get_by_role("heading", name="Approve/ApproveProd waits for an approval").wait_for()


def look_into_an_action(page: Any) -> None:
    page.locator(".action").get_by_role("link", name="FullTest", exact=True).click()
    page.get_by_role("link", name="FullTestReport").click()
    page.get_by_role("link", name="evaluation.json").click()
    page.locator("#inside pre", has_text="rmse").wait_for()
    page.get_by_role("heading", name="The gate holds").wait_for()
    page.get_by_role("heading", name="Predicted and actual").wait_for()
    hold(page)
    page.get_by_role("link", name="mlops-builtinalgo-ada").click()


def roll_back(page: Any) -> None:
    """Release once more, and bring DeployTest back to what the first execution had there."""
    first = page.locator("table code").last.inner_text()
    page.get_by_role("button", name="Release change").click()
    page.get_by_role("heading", name="Approve/ApproveProd waits for an approval").wait_for()
    page.get_by_role("button", name="Reject").click()
    page.locator(".facts .state", has_text="Failed").wait_for()
    hold(page)
    page.get_by_role("link", name=first).click()
    page.locator("summary", has_text="Hold or roll back DeployTest").click()
    page.get_by_role("button", name="Roll DeployTest back").click()
    page.get_by_role("button", name="Yes, bring").click()
    page.locator(".facts .state", has_text="Succeeded").wait_for()
    hold(page)


def release_a_revision(page: Any) -> None:
    """Find where the first revision is, and release it again."""
    pipelines = page.get_by_role("navigation").get_by_role("link", name="Pipelines", exact=True)
    pipelines.click()
    page.get_by_role("link", name="mlops-builtinalgo-ada").click()
    page.get_by_role("link", name="Card of this run").first.click()
    version = page.locator(".run-card code").nth(1).inner_text()
    hold(page)
    pipelines.click()
    page.get_by_label("Where is a revision?").fill(version)
    page.get_by_role("button", name="Find").click()
    page.get_by_text("serves it now").first.wait_for()
    hold(page)
    page.get_by_role("link", name="mlops-builtinalgo-ada").first.click()
    page.locator("summary", has_text="Release a revision").click()
    page.get_by_label("Revision of TrainingConfig").fill(version)
    page.get_by_role("button", name="Release this revision").click()
    page.get_by_role("heading", name="Approve/ApproveProd waits for an approval").wait_for()
    page.get_by_role("button", name="Reject").click()
    page.locator(".facts .state", has_text="Failed").wait_for()


def look_at_every_page_in_a_narrow_window(page: Any) -> None:
    """No page is wider than a telephone; axe looks at those that the journey does not pass."""
    base = page.url.partition("/endpoints")[0]
    others = ("log", "log-group", "resources", "functions", "function", "models", "model-pipelines")
    page.set_viewport_size({"width": 380, "height": 800})
    found = []
    for name, address in screenshots.addresses(page, base, "ada").items():
        page.goto(base + address)
        page.locator("main h1").wait_for()
        found += serious_findings(page) if name in others else too_wide(page)
    assert found == []
    page.set_viewport_size({"width": 1280, "height": 900})


def try_the_endpoint(page: Any) -> None:
    page.get_by_role("link", name="Endpoints", exact=True).click()
    hold(page)
    page.get_by_role("link", name="winequality-ada-Prod").click()
    page.get_by_role("button", name="Predict").click()
    page.get_by_role("columnheader", name="Prediction").wait_for()
    hold(page)


def look_at_the_training(page: Any) -> None:
    page.get_by_role("link", name="Training", exact=True).click()
    hold(page)
    page.get_by_role("link", name="winequality-ada").first.click()
    page.get_by_role("heading", name="Validation rmse is best at").wait_for()
    hold(page)


def clean_up(page: Any) -> None:
    """What only the embedded AWS has, then everything is removed."""
    for name in ("Mailbox", "Time and faults", "Permissions"):
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("heading", name=name, exact=True).wait_for()
        hold(page)
    page.get_by_role("link", name="Costs", exact=True).click()
    hold(page)
    page.get_by_role("button", name="Remove all of it").click()
    hold(page)
    page.get_by_role("button", name="Yes, remove").click()
    page.get_by_text("No workshop is launched in this account and region").wait_for()
