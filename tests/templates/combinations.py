"""Ways to launch the pipeline stack: what each option needs beside it, and the sets that the tests go through."""

import itertools
from collections.abc import Iterator

Parameters = dict[str, str]

CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/11111111-2222-3333-4444-555555555555"
APPROVER, OPERATOR = "approver@example.com", "operator@example.com"

SOURCES: dict[str, Parameters] = {
    "s3": {},
    "codecommit": {"SourceType": "CodeCommit"},
    "connection": {
        "SourceType": "Connection",
        "ConnectionArn": CONNECTION,
        "ConfigRepositoryId": "owner/config",
        "FunctionsRepositoryId": "owner/functions",
    },
}
SWITCHES: dict[str, Parameters] = {
    "build": {"BuildFunctions": "true"},
    "prod": {"ProdEnvironment": "true"},
    "approver": {"ProdEnvironment": "true", "ApproverEmail": APPROVER},
    "monitoring": {"Monitoring": "true"},
    "notifications": {"NotificationEmail": OPERATOR},
    "autoscaling": {"AllowAutoscaling": "true"},
    "time-to-live": {"AllowTimeToLive": "true"},
}


def chosen(*names: str) -> Parameters:
    """The parameters that turn these sources and switches on."""
    known = SOURCES | SWITCHES
    return {key: value for name in names for key, value in known[name].items()}


def every() -> Iterator[tuple[str, ...]]:
    """Every combination there is: a source, and each switch on or off."""
    for source in SOURCES:
        for count in range(len(SWITCHES) + 1):
            for switches in itertools.combinations(SWITCHES, count):
                yield (source, *switches)


LAUNCHED: tuple[tuple[str, ...], ...] = (
    *((source,) for source in SOURCES),
    *(("s3", switch) for switch in SWITCHES),
    *((source, *SWITCHES) for source in SOURCES),
    ("codecommit", "build", "prod", "monitoring"),
    ("connection", "approver", "notifications", "time-to-live"),
    ("connection", "build", "autoscaling"),
    ("codecommit", "approver", "autoscaling", "time-to-live"),
    ("codecommit", "notifications"),
    ("s3", "build", "approver", "time-to-live"),
)
"""What the end-to-end test launches: each source and switch alone, all at once from each source, and mixtures, so that any
two options meet in some stack, and miss each other in another (``test_combinations.py`` counts)."""


def meet() -> set[frozenset[str]]:
    """The pairs of options that are on together in some launched stack."""
    return {frozenset(pair) for names in LAUNCHED for pair in itertools.combinations(names, 2)}
