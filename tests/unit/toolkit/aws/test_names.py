"""The names of a workshop: held against the templates, and against what AWS accepts."""

from pathlib import Path

import pytest

from pipeline_job.functions import FUNCTIONS
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop

TEMPLATES = Path(__file__).parents[4] / "cloudformation"


def test_buckets_and_functions_are_named_as_the_templates_name_them() -> None:
    templates = (TEMPLATES / "builtin-algo-prep.yaml").read_text() + (
        TEMPLATES / "builtin-algo-pipeline.yaml"
    ).read_text()
    plain, tailed = Workshop("${SuffixID}".lower().strip("${}")), Workshop("suffixid", "bucketsuffix")
    for ours, with_tail in zip(plain.buckets, tailed.buckets, strict=True):
        stem = ours.removesuffix("suffixid")
        assert f"!Sub {stem}${{SuffixID}}\n" in templates
        assert f"!Sub {stem}${{SuffixID}}-${{BucketSuffix}}\n" in templates
        assert with_tail == f"{stem}suffixid-bucketsuffix"
    for function in FUNCTIONS:
        assert f"MLOps-BIA-{function}-${{SuffixID}}" in templates
    assert "mlops-builtinalgo-${SuffixID}" in templates


@pytest.mark.parametrize("suffix", ["sde", "a", "x-1", "a2345678901234"])
def test_initials_are_accepted(suffix: str) -> None:
    assert Workshop(suffix).pipeline == f"mlops-builtinalgo-{suffix}"


@pytest.mark.parametrize("suffix", ["", "SDE", "-a", "a-", "a_b", "a" * 15, "ä", "your initials"])
def test_what_cannot_be_part_of_a_name_is_refused_with_an_example(suffix: str) -> None:
    with pytest.raises(BadInput, match="suffix") as refused:
        Workshop(suffix)
    assert "sde" in refused.value.next_step


def test_the_longest_names_fit_into_a_bucket_name() -> None:
    assert all(len(bucket) <= 63 for bucket in Workshop("a" * 14, "1" * 14).buckets)
