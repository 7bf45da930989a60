"""What the calls of all services share: names, tags, and documents of policies."""

import json
from typing import Any

from rehearsal.toolkit.parity.calls import TAG

TAGS = [{"Key": TAG, "Value": "{run}"}]
BUCKET, ROLE = "{prefix}-data", "{prefix}-role"
ROLE_ARN = "arn:{partition}:iam::{account}:role/{prefix}-role"


def trust(*services: str, **more: Any) -> str:
    """A trust policy."""
    principal = {"Service": list(services)}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def allow(resource: str, *actions: str) -> str:
    """A policy of one statement."""
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": resource}]}
    )
