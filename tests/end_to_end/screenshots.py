"""Pictures of the console's pages, wide and narrow, light and dark, from a workshop that runs on an embedded AWS.

rehearse run --keep --parameter ProdEnvironment=true     (leave it waiting for its approval)
python -m tests.end_to_end.screenshots 4566 FOLDER [SUFFIX]
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

WIDTHS = (1280, 380)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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


def addresses(page: Any, base: str, suffix: str = "rehearsal") -> dict[str, str]:
    """Every kind of page by name, as the run on the account has it."""
    pipeline = f"/pipelines/mlops-builtinalgo-{suffix}"

    def facts_of(path: str) -> Any:
        return page.request.get(f"{base}{path}?as=json").json()

    facts = facts_of(pipeline)
    job = facts_of("/training")["jobs"][0]["name"]
    execution = f"{pipeline}/executions/{facts['execution']['execution_id']}"
    row = "7.4,0.7,0,1.9,0.076,11,34,0.9978,3.51,0.56,9.4"
    function = f"MLOps-BIA-TrainModel-{suffix}"
    found = {
        "home": "/",
        "stacks": "/stacks",
        "launch": "/stacks/launch/pipeline",
        "stack": f"/stacks/mlops-pipeline-{suffix}",
        "pipelines": "/pipelines",
        "pipeline": pipeline,
        "card": f"{execution}/card",
        "where": f"/where?revision={facts['summary']['full_revisions'][0][1]}",
        "evaluation": f"{execution}/DeployTest/FullTest",
        "action": f"{execution}/Train/TrainModel",
        "parameters": f"{pipeline}/parameters/Train/TrainModel",
        "model-pipelines": "/model-pipelines",
        "training": "/training",
        "job": f"/training/{job}",
        "models": "/models",
        "endpoints": "/endpoints",
        "endpoint": f"/endpoints/winequality-{suffix}-Test?rows={row}",
        "costs": "/costs",
        "log": "/log",
        "log-group": f"/log?group=/aws/lambda/{function}",
        "resources": "/resources",
        "functions": "/resources/lambda/functions",
        "function": f"/resources/lambda/functions?name={function}",
        "mailbox": "/mailbox",
        "faults": "/faults",
        "permissions": "/permissions",
        "missing": "/stacks/none",
    }
    return found | dict(_of_models(facts_of))


def _of_models(facts_of: Callable[[str], Any]) -> Iterator[tuple[str, str]]:
    """Pages of SageMaker pipelines, the registry and tuning jobs, where the account has any."""
    for each in facts_of("/model-pipelines")["pipelines"][:1]:
        run = facts_of(f"/model-pipelines/{each['name']}")["run"]
        yield "model-pipeline", f"/model-pipelines/{each['name']}"
        if run:
            address = f"/model-pipelines/{each['name']}/executions/{run['run']}"
            steps = facts_of(address)["steps"]
            yield "model-card", f"{address}/card"
            yield "step", f"{address}/steps/{steps[0]['name']}"
    for group in facts_of("/models")["groups"][:1]:
        yield "model-group", f"/models/{group['name']}"
        if group["newest"]:
            yield "model-version", f"/models/{group['name']}/{group['newest']['number']}"
    for job in facts_of("/training")["tuning"][:1]:
        yield "tuning-job", f"/tuning/{job['name']}"


def take(link: str, folder: Path, suffix: str) -> None:
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
                for name, address in addresses(page, base, suffix).items():
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
    suffix = sys.argv[3] if len(sys.argv) > 3 else "rehearsal"
    folder.mkdir(parents=True, exist_ok=True)
    with console(port) as link:
        take(link, folder, suffix)


if __name__ == "__main__":
    main()
