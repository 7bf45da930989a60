"""Ways to launch the pipeline stack: what each option needs beside it, and the sets that the tests go through."""

import itertools
from collections.abc import Iterator

Parameters = dict[str, str]

CONNECTION = "arn:aws:codeconnections:us-east-1:123456789012:connection/11111111-2222-3333-4444-555555555555"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
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
    "vpc": {"AllowVpc": "true"},
    "keys": {"FurtherKeyArns": KEY},
}


def chosen(*names: str) -> Parameters:
    """The parameters that turn these sources and switches on."""
    known = SOURCES | SWITCHES
    return {key: value for name in names for key, value in known[name].items()}


STATEMENTS_ALONE = ("vpc", "keys")
"""Switches that add statements to roles and nothing else."""


def every() -> Iterator[tuple[str, ...]]:
    """Every combination there is: a source, and each switch on or off; those that add statements alone come one by one
    or not at all."""
    others = [switch for switch in SWITCHES if switch not in STATEMENTS_ALONE]
    yield from ((source, *SWITCHES) for source in SOURCES)
    for source, count in itertools.product(SOURCES, range(len(others) + 1)):
        for number, switches in enumerate(itertools.combinations(others, count)):
            yield (source, *switches)
            if number == 0:
                yield from ((source, *switches, more) for more in STATEMENTS_ALONE)


MIXTURES: tuple[tuple[str, ...], ...] = (
    ("codecommit", "build", "prod", "monitoring"),
    ("connection", "approver", "notifications", "time-to-live"),
    ("connection", "build", "autoscaling"),
    ("codecommit", "approver", "autoscaling", "time-to-live"),
    ("codecommit", "notifications"),
    ("s3", "build", "approver", "time-to-live"),
)
LAUNCHED: tuple[tuple[str, ...], ...] = (
    *((source,) for source in SOURCES),
    *(("s3", switch) for switch in SWITCHES),
    *((source, *SWITCHES) for source in SOURCES),
    *MIXTURES,
)
"""What the end-to-end test launches: each source and switch alone, all at once from each source, and mixtures, so that
any two options meet in some stack, and miss each other in another (``test_combinations.py`` counts)."""
AT_FULL_SIZE = frozenset({*MIXTURES, *(("s3", switch) for switch in STATEMENTS_ALONE)})
"""Those that are launched with ``scripts/test --full combinations``; each of their options is on in another, too."""


def meet() -> set[frozenset[str]]:
    """The pairs of options that are on together in some launched stack."""
    return {frozenset(pair) for names in LAUNCHED for pair in itertools.combinations(names, 2)}
