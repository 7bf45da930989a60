from pathlib import Path

from rehearsal.reference import resource_types

PAGE = Path(__file__).parents[3] / "docs" / "cloudformation.md"


def test_the_page_lists_the_types_that_there_are():
    fresh = resource_types.rewritten(PAGE.read_text())
    assert PAGE.read_text() == fresh, "run python -m rehearsal.reference.resource_types"
    assert "- AWS::S3: Bucket, BucketPolicy" in fresh
