"""The list of a service's operations, real or refused, in its page of ``docs/``: ``python -m
rehearsal.reference.operations``.

An operation is real when the room's API class has its method (and offers it); any other is answered with NotImplemented
and its name.
"""

import re
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import botocore.session
from botocore import xform_name

_DOCS = Path(__file__).parents[2] / "docs"
_PART = re.compile(r"(<!-- operations: begin (?P<service>[\w-]+) -->\n).*?(<!-- operations: end -->)", re.DOTALL)


class Documented(NamedTuple):
    """A service whose page has the list."""

    page: str
    module: str
    api: str


SERVICES = {
    "codepipeline": Documented("codepipeline.md", "rehearsal.localaws.codepipeline.responses", "CodePipelineApi"),
    "codecommit": Documented("codepipeline.md", "rehearsal.localaws.codecommit.responses", "CodeCommitApi"),
    "sagemaker": Documented("sagemaker.md", "rehearsal.localaws.sagemaker.responses", "SageMakerResponse"),
    "codebuild": Documented("codepipeline.md", "rehearsal.localaws.codebuild.responses", "CodeBuildApi"),
}


def listing(service: str) -> str:
    """The operations of a service as two lines of Markdown."""
    documented = SERVICES[service]
    api = getattr(import_module(documented.module), documented.api)
    names = botocore.session.get_session().get_service_model(service).operation_names
    real = [name for name in names if _is_real(api, name)]
    refused = [name for name in names if name not in real]
    return f"**Real ({len(real)}):** {', '.join(real)}.\n\n**Refused ({len(refused)}):** {', '.join(refused)}.\n"


def _is_real(api: type[Any], operation: str) -> bool:
    offers = getattr(api, "offers", None)  # of a room that stands on moto's class and refuses some of its operations
    return bool(offers(operation)) if offers else hasattr(api, xform_name(operation))


def refreshed(page: str) -> str:
    """The text of a page with each of its lists made anew."""
    return _PART.sub(lambda part: part[1] + listing(part["service"]) + part[3], page)


def main() -> int:
    """Write the lists into the pages."""
    for page in sorted({documented.page for documented in SERVICES.values()}):
        file = _DOCS / page
        file.write_text(refreshed(file.read_text()))
        print(f"wrote {page}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
