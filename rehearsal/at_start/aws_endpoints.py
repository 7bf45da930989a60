"""A hook: clients that name an endpoint of AWS themselves are led to ``AWS_ENDPOINT_URL``.

``AWS_ENDPOINT_URL`` leads every client but one that was given an ``endpoint_url``. SageMaker's SDK gives one for STS
(the region's), and a notebook may for S3: those calls would act on, or fail at, the real AWS. An endpoint that is not
AWS's is left alone.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def redirected(endpoint_url: str | None) -> str | None:
    """Where a client with this ``endpoint_url`` goes."""
    from urllib.parse import urlsplit  # costs a program that makes no client nothing

    host = urlsplit(endpoint_url or "").hostname or ""
    return os.environ.get("AWS_ENDPOINT_URL", endpoint_url) if host.endswith(_AWS) else endpoint_url


def patch(session: ModuleType) -> None:
    """Let sessions of ``botocore.session`` make redirected clients."""
    original = session.Session.create_client

    def create_client(self: Any, *arguments: Any, **members: Any) -> Any:
        if members.get("endpoint_url"):
            members["endpoint_url"] = redirected(members["endpoint_url"])
        return original(self, *arguments, **members)

    session.Session.create_client = create_client


AFTER_IMPORT = {"botocore.session": patch}
