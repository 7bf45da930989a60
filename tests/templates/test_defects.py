"""What went wrong in well-known templates of this kind, each held here by a test of its own."""

import json
import re
from typing import Any

import pytest

from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from tests.templates.conftest import FOLDER, TEMPLATES, load

LEGAL = (
    "a",
    "7",
    "sde",
    "a-b",
    "0a-b--c-123456",
    "abcdefghijklmn",
    "ann",
    "jan",
    "an-1",
    "xs3alias",
    "x-s3",
    "a-ol-s3",
)
RESERVED_BY_S3 = ("an", "x-an", "s3alias", "a-s3alias", "a--ol-s3", "a--x-s3", "a--table-s3")
ILLEGAL = ("", "SDE", "-a", "a-", "a_b", "a.b", "abcdefghijklmno", "ä")


@pytest.mark.parametrize("suffix", LEGAL)
def test_legal_suffixes_are_accepted_by_templates_and_command_line(suffix: str) -> None:
    assert [accepts(parameter, suffix) for parameter in suffix_ids()] == [True] * len(suffix_ids())
    assert all(len(bucket) <= 63 for bucket in Workshop(suffix, "1" * 14).buckets)


@pytest.mark.parametrize("suffix", ILLEGAL)
def test_illegal_suffixes_are_refused_with_a_sentence(suffix: str) -> None:
    assert not any(accepts(parameter, suffix) for parameter in suffix_ids())
    assert all("lower-case" in parameter["ConstraintDescription"] for parameter in suffix_ids())


@pytest.mark.parametrize("suffix", RESERVED_BY_S3)
def test_endings_of_bucket_names_that_s3_reserves_are_refused(suffix: str) -> None:
    tails = [load(file)["Parameters"].get("BucketSuffix", {}) for file in TEMPLATES]
    named = [*suffix_ids(), *({"MinLength": 0, **tail} for tail in tails if tail)]
    assert not any(accepts(parameter, suffix) for parameter in named)
    assert all("S3 reserves" in parameter["ConstraintDescription"] for parameter in named)
    for members in ({"suffix": suffix}, {"suffix": "sde", "bucket_suffix": suffix}):
        with pytest.raises(BadInput, match="S3 reserves"):
            Workshop(**members)


def suffix_ids() -> list[dict[str, Any]]:
    found = [load(file)["Parameters"].get("SuffixID") for file in TEMPLATES]
    named = [parameter for parameter in found if parameter]
    assert len(named) >= 3
    return named


def accepts(parameter: dict[str, Any], value: str) -> bool:
    fits = parameter["MinLength"] <= len(value) <= parameter["MaxLength"]
    return fits and re.fullmatch(parameter["AllowedPattern"], value) is not None


def test_no_template_has_a_parameter_that_nothing_uses(template: dict[str, Any]) -> None:
    rest = json.dumps({name: part for name, part in template.items() if name not in ("Parameters", "Metadata")})
    unused = [name for name in template["Parameters"] if not re.search(rf'"{name}"|\$\{{{name}\}}', rest)]
    assert unused == []


def test_repositories_are_made_only_on_request() -> None:
    prep = load(FOLDER / "builtin-algo-prep.yaml")
    assert prep["Parameters"]["CreateRepositories"]["Default"] == "false"
    made = [each for each in prep["Resources"].values() if each["Type"] == "AWS::CodeCommit::Repository"]
    assert [each.get("Condition") for each in made] == ["WithRepositories"] * 3
