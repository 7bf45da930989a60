"""The command beside a button names the pipeline as the command line takes it, and is safe to paste."""

from rehearsal.console import commands


def test_a_workshops_pipeline_is_named_by_its_suffix_and_any_other_by_itself() -> None:
    assert commands.rehearse("mlops-builtinalgo-ada", "status") == "rehearse status --suffix ada"
    assert commands.rehearse("mine", "retry", "7f2c91") == "rehearse retry 7f2c91 --pipeline mine"
    assert commands.suffix_of("mine") is None


def test_what_a_user_typed_is_quoted() -> None:
    assert commands.rehearse("mine", "approve", "A/B", "--summary", "it's; rm -rf") == (
        """rehearse approve A/B --summary 'it'"'"'s; rm -rf' --pipeline mine"""
    )
    assert commands.aws("logs", "filter-log-events", log_group_name="/a b", filter_pattern="") == (
        "aws logs filter-log-events --log-group-name '/a b'"
    )
