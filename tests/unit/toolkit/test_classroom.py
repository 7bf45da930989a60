"""An instructor's list of attendees, and one attendee's trouble that is not the others'."""

from pathlib import Path

import pytest

from rehearsal.toolkit import classroom
from rehearsal.toolkit.aws.errors import BadInput
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions.events import Event, Note
from tests.unit.toolkit.fakes import Client, account, no_stack, refused


def file_with(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "attendees.txt"
    file.write_text(text)
    return file


def test_suffixes_come_one_a_line_or_with_commas_and_comments(tmp_path: Path) -> None:
    assert classroom.read_suffixes(file_with(tmp_path, "ada # first\n\nbob, cy\n# none\n")) == ["ada", "bob", "cy"]


@pytest.mark.parametrize(("text", "says"), [("", "names nobody"), ("ada\nada", "twice"), ("Ada", "not usable")])
def test_a_list_that_cannot_be_used_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        classroom.read_suffixes(file_with(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        classroom.read_suffixes(tmp_path / "nobody.txt")


def test_the_failure_of_one_becomes_its_line_and_the_others_go_on() -> None:
    def describe_stacks(StackName: str) -> None:
        if StackName.endswith("-bob"):
            raise refused("AccessDenied", "DescribeStacks")
        no_stack(StackName)

    aws = account(
        cloudformation=Client(describe_stacks=describe_stacks),
        codepipeline=Client(list_pipeline_executions=Client.exceptions.PipelineNotFoundException()),
        sagemaker=Client(
            list_training_jobs={"TrainingJobSummaries": []},
            list_endpoints={"Endpoints": []},
            list_endpoint_configs={"EndpointConfigs": []},
            list_models={"Models": []},
        ),
        s3=Client(list_buckets={"Buckets": []}),
        logs=Client(describe_log_groups={"logGroups": []}),
    )
    told: list[Event] = []
    ada, bob = classroom._side_by_side(
        [Workshop("ada"), Workshop("bob")], lambda w: w.suffix, lambda w: classroom.status_of(aws, w), told.append, 2
    )
    assert (ada.suffix, ada.status) == ("ada", "NotLaunched")
    assert (bob.suffix, bob.status, bob.is_fine) == ("bob", "Failed", False)
    assert "not allowed" in bob.detail
    assert "DescribeStacks" in bob.detail
    assert len([event for event in told if isinstance(event, Note)]) == 2
