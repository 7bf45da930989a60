"""What a step's job looks like to the steps after it is kept over a restart."""

from datetime import UTC, datetime, timedelta

from dateutil.tz import tzlocal

from rehearsal.localaws.sagemaker.pipelines.steps.jobs import described


def test_moments_of_an_answer_are_in_utc_whatever_the_machines_zone() -> None:
    """boto3 gives them in the machine's zone, which no snapshot holds."""
    at = datetime(2026, 11, 21, 12, tzinfo=tzlocal())
    found = described({"ResponseMetadata": {}, "CreationTime": at, "Steps": [{"At": at, "Seconds": 5}]})
    assert found == {"CreationTime": at, "Steps": [{"At": at, "Seconds": 5}]}
    for moment in (found["CreationTime"], found["Steps"][0]["At"]):
        assert moment.tzinfo is UTC and moment.utcoffset() == timedelta(0)
