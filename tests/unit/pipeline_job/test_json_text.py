"""A broken text is explained at its character, and a proposed mend is one that works."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline_job import json_text, parameters
from pipeline_job.problem import show

FULL_TEST = '{ "env": "Test", "s3bucket": "mlops-builtinalgo-data-sde"}", "s3key": "/test/test.csv" }'


def test_the_guides_full_test_example_is_explained() -> None:
    checked = parameters.check("EvaluateModel", FULL_TEST)
    shown = parameters.refusal("EvaluateModel", checked).splitlines()
    assert shown[0] == "UserParameters of EvaluateModel is not JSON"
    assert shown[1] == f"   {FULL_TEST}"
    assert shown[2] == " " * (3 + FULL_TEST.index('", "s3key')) + "^ column 59: the object ends here, but text follows"
    assert 'remove the `"}`' in shown[3]
    assert 'data-sde", "s3key"' in shown[3]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("{'env': 'Dev'}", "property name enclosed in double quotes", "not with single ones"),
        ("{\u201cenv\u201d: 1}", "property name enclosed in double quotes", "typographic"),
        ('{"a": True}', "expecting value", "lower case"),
        ('{"a": 1 "b": 2}', "expecting ',' delimiter", "add a `,`"),
        ('{"a": 1,}', "", "remove the `,`"),
        ('{"a": 1', "the text ends before the object does", "add a `}`"),
        ('{"a": "1}', "unterminated string", ""),
        ('{"a" 1}', "expecting ':' delimiter", "add a `:`"),
        ("", "nothing is given", ""),
        ("[1]", "an object is wanted, {...}, not an array", ""),
        ("7", "an object is wanted, {...}, not a number", ""),
        ('{"a": 1, "a": 2}', "the key 'a' is given twice", ""),
        ("[" * 100_000, "", ""),
    ],
)
def test_mistakes_are_explained(text: str, message: str, hint: str) -> None:
    members, problem = json_text.members(text)
    assert members == []
    assert problem is not None
    assert message in problem.message.lower()
    assert hint in problem.hint


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5),
        st.one_of(st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2)),
    ),
    st.sampled_from([None, 2]),
)
def test_members_stand_where_they_are_said_to(document: dict[str, object], indent: int | None) -> None:
    text = json.dumps(document, indent=indent)
    members, problem = json_text.members(text)
    assert problem is None
    assert {member.key: member.value for member in members} == document
    for member in members:
        assert text.startswith(json.dumps(member.key), member.key_position)
        assert text.startswith(json.dumps(member.value, indent=indent)[:1], member.value_position)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 60), st.sampled_from(['"', "}", ",", "{", ":", "x", '"}', ""]))
def test_no_text_breaks_the_explanation(position: int, piece: str) -> None:
    text = FULL_TEST.replace('"}"', '"')
    broken = text[:position] + piece + text[position + 1 :]
    members, problem = json_text.members(broken)
    assert (problem is None) == (_parses(broken))
    if problem is not None:
        assert show(problem, broken)
        removal = re.match(r"remove the `(.+?)` in column (\d+)", problem.hint)
        if removal:
            at = int(removal[2]) - 1
            assert isinstance(json.loads(broken[:at] + broken[at + len(removal[1]) :]), dict)
    else:
        assert members is not None


def _parses(text: str) -> bool:
    try:
        pairs = json.loads(text, object_pairs_hook=list)
    except ValueError:
        return False
    return len({key for key, _ in pairs}) == len(pairs)


def test_lines_are_counted_where_there_are_several() -> None:
    text = '{\n  "env": "Dev",\n  "s3bukket": "aaa"\n}'
    shown = parameters.refusal("EvaluateModel", parameters.check("EvaluateModel", text))
    assert '     "s3bukket": "aaa"\n     ^ line 3, column 3: unknown key' in shown


def test_a_long_line_is_shown_around_the_character() -> None:
    text = json.dumps({"env": "Dev", "s3bucket": "a" * 60, "s3key": "k" * 400, "connektions": 3})
    shown = parameters.refusal("EvaluateModel", parameters.check("EvaluateModel", text))
    line, caret = shown.splitlines()[1:3]
    assert len(line) < 170
    assert line[caret.index("^") :].startswith('"connektions"')
