"""Parameters are held against the templates that declare them."""

from pathlib import Path

import pytest

from rehearsal.toolkit import project
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.stacks import template_parameters
from tests.templates import combinations

HERE = project.find()
PIPELINE = template_parameters.declared_in(HERE.pipeline_template)


def test_every_default_of_the_templates_fits_its_own_declaration() -> None:
    for template in (HERE.prep_template, HERE.pipeline_template, HERE.one_click_template):
        for declared in template_parameters.declared_in(template).values():
            assert declared.default is None or declared.problem_of(declared.default) is None


def test_every_option_that_the_tests_launch_is_taken() -> None:
    both = template_parameters.declared_in(HERE.prep_template) | PIPELINE
    for names in combinations.LAUNCHED:
        template_parameters.check(both, combinations.chosen(*names), where="--parameter")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("Nope", "1", "no parameter Nope"),
        ("SourceType", "FTP", "one of S3, CodeCommit, Connection"),
        ("ModelName", "a_b", "letters, digits and single hyphens"),
        ("ModelName", "a" * 21, "up to 20"),
        ("TrainUserParameters", "x" * 1001, "1,001 characters"),
        ("SuffixID", "", "1 to 14"),
        ("LogRetentionInDays", "2", "one of 1, 3"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_templates_words(name: str, value: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        template_parameters.check(PIPELINE, {name: value}, where="--parameter")


def test_what_is_no_template_is_refused(tmp_path: Path) -> None:
    for text in ("a: [", "- just a list\n", "words"):
        (tmp_path / "t.yaml").write_text(text)
        with pytest.raises(BadInput, match="no CloudFormation template"):
            template_parameters.declared_in(tmp_path / "t.yaml")
