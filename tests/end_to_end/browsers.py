"""Headless Chromium as this machine has it, and the rules of accessibility."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The program's path; the test is skipped where there is none."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("no Chromium on this machine to drive the console with: apt-get install chromium")
    return found


@contextmanager
def browser() -> Iterator[Any]:
    """A browser while the block runs."""
    from playwright.sync_api import sync_playwright

    program = chromium()
    as_root = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        options = [*as_root, "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        running = playwright.chromium.launch(executable_path=program, args=options)
        try:
            yield running
        finally:
            running.close()


def serious_findings(page: Any) -> list[str]:
    """What axe finds serious on the page, light and dark, and content that is wider than the window."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        violations = Axe().run(page).response["violations"]
        found += [
            f"{page.url} {theme}: {each['id']} {[node['target'] for node in each['nodes']][:3]}"
            for each in violations
            if each["impact"] in ("serious", "critical")
        ]
    return found + too_wide(page)


def too_wide(page: Any) -> list[str]:
    """Whether the page is wider than its window, so that a reader must scroll sideways."""
    is_wider = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [f"{page.url}: wider than the window"] if is_wider else []
