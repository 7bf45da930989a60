"""Which events a pattern takes, operator by operator."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.events.patterns import InvalidPattern, matches, parse

EVENT = {
    "source": "aws.s3",
    "detail": {
        "bucket": {"name": "wine-data"},
        "size": 300,
        "ready": True,
        "none": None,
        "ip": "10.0.0.17",
        "tags": ["red", "white"],
        "parts": [{"n": 1, "etag": "a"}, {"n": 2, "etag": "b"}],
    },
}


@pytest.mark.parametrize(
    "detail",
    [
        {"size": [300]},
        {"size": [300.0]},
        {"ready": [True]},
        {"none": [None]},
        {"bucket": {"name": ["other", "wine-data"]}},
        {"bucket": {"name": [{"prefix": "wine"}]}},
        {"bucket": {"name": [{"prefix": {"equals-ignore-case": "WINE"}}]}},
        {"bucket": {"name": [{"suffix": "-data"}]}},
        {"bucket": {"name": [{"suffix": {"equals-ignore-case": "-DATA"}}]}},
        {"bucket": {"name": [{"equals-ignore-case": "Wine-Data"}]}},
        {"bucket": {"name": [{"wildcard": "w*-*a"}]}},
        {"bucket": {"name": [{"anything-but": "beer-data"}]}},
        {"bucket": {"name": [{"anything-but": ["beer-data", "tea"]}]}},
        {"bucket": {"name": [{"anything-but": {"prefix": "beer"}}]}},
        {"bucket": {"name": [{"anything-but": {"suffix": ["-code", ".zip"]}}]}},
        {"bucket": {"name": [{"anything-but": {"equals-ignore-case": ["BEER"]}}]}},
        {"bucket": {"name": [{"anything-but": {"wildcard": "b*"}}]}},
        {"size": [{"numeric": [">", 0, "<=", 300]}]},
        {"size": [{"numeric": ["=", 3e2]}]},
        {"size": [{"anything-but": [100, 200]}]},
        {"ip": [{"cidr": "10.0.0.0/24"}]},
        {"ip": [{"exists": True}]},
        {"absent": [{"exists": False}]},
        {"absent": {"deeper": [{"exists": False}]}},
        {"tags": ["white"]},
        {"tags": [{"anything-but": "red"}]},
        {"parts": {"n": [2], "etag": ["b"]}},
        {"$or": [{"size": [1]}, {"ready": [True]}]},
    ],
)
def test_pattern_takes_the_event(detail: dict[str, Any]) -> None:
    assert matches({"source": ["aws.s3"], "detail": detail}, EVENT)


@pytest.mark.parametrize(
    "detail",
    [
        {"size": ["300"]},
        {"ready": [1]},
        {"bucket": ["wine-data"]},
        {"bucket": {"name": [{"prefix": "Wine"}]}},
        {"bucket": {"name": [{"wildcard": "wine\\*data"}]}},
        {"bucket": {"name": [{"anything-but": {"prefix": "wine"}}]}},
        {"bucket": {"name": [{"anything-but": ["wine-data"]}]}},
        {"absent": [{"anything-but": "x"}]},
        {"size": [{"numeric": [">", 300]}]},
        {"ready": [{"numeric": [">=", 0]}]},
        {"ip": [{"cidr": "10.0.1.0/24"}]},
        {"bucket": {"name": [{"cidr": "10.0.1.0/24"}]}},
        {"ip": [{"exists": False}]},
        {"bucket": [{"exists": True}]},
        {"parts": {"n": [1], "etag": ["b"]}},
        {"$or": [{"size": [1]}, {"ready": [False]}]},
    ],
)
def test_pattern_leaves_the_event(detail: dict[str, Any]) -> None:
    assert not matches({"detail": detail}, EVENT)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{oops", "Invalid JSON"),
        ("[]", "not an object"),
        ('{"source": []}', "Empty arrays"),
        ('{"source": "aws.s3"}', '"source" must be an object or an array'),
        ('{"a": [{"prefixx": "b"}]}', "Unrecognized match type prefixx"),
        ('{"a": [{"prefix": "b", "suffix": "c"}]}', "Only one key"),
        ('{"a": [{"prefix": 1}]}', "must be a string"),
        ('{"a": [{"exists": "yes"}]}', "true or false"),
        ('{"a": [{"numeric": [">"]}]}', "numeric"),
        ('{"a": [{"numeric": ["~", 1]}]}', "Unrecognized numeric range operator: ~"),
        ('{"a": [{"cidr": "10.0.0/99"}]}', "Nonstandard IP address: 10.0.0"),
        ('{"a": [{"anything-but": {"numeric": [1]}}]}', "Unsupported anything-but pattern: numeric"),
        ('{"$or": [{"a": [1]}]}', "at least 2"),
        ('{"a": [["nested"]]}', "Match value must be"),
    ],
)
def test_pattern_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidPattern, match=reason):
        parse(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1), inner, max_size=3),
    max_leaves=12,
)


@given(st.text(), JSON)
def test_exact_value_takes_what_holds_it(name: str, value: Any) -> None:
    """A leaf matches a pattern of itself, and anything-but of itself never does."""
    if isinstance(value, dict | list) or name == "$or":
        return
    assert matches({name: [value]}, {name: value})
    assert not matches({name: [{"anything-but": [value]}]}, {name: value})
    assert matches({name: [{"exists": True}]}, {name: value})


@given(st.text(alphabet="ab*\\", max_size=8), st.text(alphabet="ab", max_size=8))
def test_wildcard_never_fails_on_any_text(wildcard: str, value: str) -> None:
    assert matches({"x": [{"wildcard": wildcard}]}, {"x": value}) in (True, False)
    assert matches({"x": [{"wildcard": "*" + value}]}, {"x": "any" + value})
