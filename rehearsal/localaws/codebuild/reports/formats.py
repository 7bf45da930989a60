"""The file formats of reports, by the names that a buildspec gives them. Pure.

Reference: CodeBuild user guide, "Create test reports" and "Create code coverage reports".
"""

from collections.abc import Callable, Iterable

from rehearsal.localaws.codebuild.reports import (
    clover,
    cobertura,
    cucumber,
    jacoco,
    junit,
    lcov,
    nunit,
    simplecov,
    testng,
    trx,
)
from rehearsal.localaws.codebuild.reports.results import Case, Coverage

DEFAULT = "JUNITXML"
TESTS: dict[str, Callable[[bytes], Iterable[Case]]] = {
    "JUNITXML": junit.read,
    "NUNITXML": nunit.read_2,
    "NUNIT3XML": nunit.read_3,
    "CUCUMBERJSON": cucumber.read,
    "TESTNGXML": testng.read,
    "VISUALSTUDIOTRX": trx.read,
}
COVERAGES: dict[str, Callable[[bytes], Iterable[Coverage]]] = {
    "COBERTURAXML": cobertura.read,
    "JACOCOXML": jacoco.read,
    "CLOVERXML": clover.read,
    "SIMPLECOV": simplecov.read,
    "LCOVINFO": lcov.read,
}


def type_of(file_format: str) -> str:
    """The type of report groups that take the format: TEST or CODE_COVERAGE."""
    return "TEST" if file_format in TESTS else "CODE_COVERAGE"
