from pathlib import Path

from rehearsal.localaws.cloudformation import catalogue

PAGE = Path(__file__).parents[3] / "docs" / "cloudformation.md"


def test_the_page_lists_the_types_that_there_are():
    fresh = catalogue.rewritten(PAGE.read_text())
    assert PAGE.read_text() == fresh, "run python -m rehearsal.localaws.cloudformation.catalogue"
    assert "- AWS::S3: Bucket, BucketPolicy" in fresh
