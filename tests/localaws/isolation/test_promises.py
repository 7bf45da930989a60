"""What ``rehearse doctor`` says of the promises about child processes is what the kernel does."""

import os
import sys

import pytest

from rehearsal.localaws.isolation import landlock, promises
from tests.end_to_end.rehearse import rehearse


def found(temporary: str) -> dict[str, dict[str, str]]:
    """The doctor's findings by check, of a user with that TMPDIR."""
    done = rehearse("doctor", "--machine-only", "--json", env={"TMPDIR": temporary})
    return {each["check"]: each for each in done.document["findings"]}


def test_the_doctor_says_what_holds_here() -> None:
    examined = found("/var/tmp")
    assert examined["functions' files"]["verdict"] == ("good" if landlock.version() else "warning")
    is_hidden = sys.platform == "linux" and os.geteuid() != 0
    assert examined["functions' memory"]["verdict"] == ("good" if is_hidden else "warning")
    assert all(each["remedy"] for each in examined.values() if each["verdict"] == "warning")


@pytest.mark.skipif(
    not landlock.version(), reason="this kernel has no Landlock: nothing is hidden from children anyway"
)
def test_the_doctor_warns_of_a_temporary_folder_that_all_children_see() -> None:
    below = found("/tmp")["functions' files"]
    assert (below["verdict"], "not from each other" in below["found"]) == ("warning", True)


def test_a_promise_that_does_not_hold_has_a_remedy() -> None:
    assert all(promise.holds or promise.remedy for promise in promises.of_this_system())
