"""AllowedPattern speaks Java's dialect."""

import re

import pytest

from rehearsal.localaws.cloudformation.java_patterns import compiled


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        (r"[\w-\+=,.@]+", "a-b+c", "a b"),
        (r"\p{Alpha}[\p{Alnum}_]*", "a1_", "1a"),
        (r"[\p{Print}-]*", "a - b", "a\tb"),
        (r"^\Q$[x]\E$", "$[x]", "x"),
        (r"[[a-z]+", "abc", "ABC"),
        (r"[]a]+", "]a", "b"),
        (r"\p{L}+", "abc", "1"),
    ],
)
def test_what_templates_use_is_read(pattern: str, fits: str, does_not: str) -> None:
    assert compiled(pattern).fullmatch(fits)
    assert not compiled(pattern).fullmatch(does_not)


@pytest.mark.parametrize("pattern", [r"\p{Unknown}", "(", r"[\p{L}]"])
def test_what_is_not_known_is_said(pattern: str) -> None:
    with pytest.raises(re.error):
        compiled(pattern)
