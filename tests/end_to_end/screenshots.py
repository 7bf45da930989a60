"""Pictures of the console's pages, wide and narrow, light and dark, from a workshop that runs on an embedded AWS.

rehearse run --keep --parameter ProdEnvironment=true     (leave it waiting for its approval)
python -m tests.end_to_end.screenshots 4566 FOLDER
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

WIDTHS = (1280, 380)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PIPELINE = "/pipelines/mlops-builtinalgo-rehearsal"


@contextmanager
def console(port: int) -> Iterator[str]:
    """The link of a console of the embedded AWS on a port."""
    command = [sys.executable, "-m", "rehearsal.cli.main", "console", "--embedded", str(port), "--port", "0", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        text = ""
        while "}" not in text:
            assert process.stdout is not None
            line = process.stdout.readline()
            if not line:
                raise SystemExit(process.wait())  # it has said why
            text += line
        yield json.loads(text)["link"]
    finally:
        process.terminate()
        process.wait()


def addresses(page: Any, base: str) -> dict[str, str]:
    """Every kind of page by name, as the run on the account has it."""
    facts = page.request.get(f"{base}{PIPELINE}?as=json").json()
    jobs = page.request.get(f"{base}/training?as=json").json()["jobs"]
    execution = f"{PIPELINE}/executions/{facts['execution']['execution_id']}"
    return {
        "home": "/",
        "stacks": "/stacks",
        "launch": "/stacks/launch/pipeline",
        "stack": "/stacks/mlops-pipeline-rehearsal",
        "pipelines": "/pipelines",
        "pipeline": PIPELINE,
        "evaluation": f"{execution}/DeployTest/FullTest",
        "action": f"{execution}/Train/TrainModel",
        "parameters": f"{PIPELINE}/parameters/Train/TrainModel",
        "training": "/training",
        "job": f"/training/{jobs[0]['name']}",
        "endpoints": "/endpoints",
        "endpoint": "/endpoints/winequality-rehearsal-Test?rows=7.4,0.7,0,1.9,0.076,11,34,0.9978,3.51,0.56,9.4",
        "costs": "/costs",
        "mailbox": "/mailbox",
        "faults": "/faults",
        "permissions": "/permissions",
        "missing": "/stacks/none",
    }


def take(link: str, folder: Path) -> None:
    """All pages in all forms."""
    from playwright.sync_api import sync_playwright

    base = link.partition("/?")[0]
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise SystemExit("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for width in WIDTHS:
            for theme in THEMES:
                page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=theme)
                page.goto(link)
                page.wait_for_url(f"{base}/")
                for name, address in addresses(page, base).items():
                    page.goto(base + address)
                    page.wait_for_load_state("load")
                    if page.locator("#connection").count():
                        page.locator("#connection[data-state=live]").wait_for()
                    page.screenshot(path=folder / f"{name}-{width}-{theme}.png", full_page=True)
                page.close()
        browser.close()


def main() -> None:
    """Take them of the embedded AWS on the port given."""
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    with console(port) as link:
        take(link, folder)


if __name__ == "__main__":
    main()
