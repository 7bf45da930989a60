"""Log events are cut from the pipe the same, however the bytes come."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.localaws.functions.telemetry import LogCutter, chronological
from rehearsal.localaws.services.logs import LogLine

LINES = st.text(st.characters(exclude_characters="\n\r\x00", exclude_categories=["Cs"]), min_size=1, max_size=20)
EVENTS = st.lists(st.tuples(st.booleans(), LINES), max_size=6)


def written(events: list[tuple[bool, str]]) -> bytes:
    parts = []
    for framed, text in events:
        encoded = text.encode()
        header = struct.pack(">IIQ", 0xA55A0003, len(encoded), 5_000)
        parts.append(header + encoded if framed else encoded + b"\n")
    return b"".join(parts)


@given(EVENTS, st.integers(1, 7))
def test_events_do_not_depend_on_how_the_bytes_come(events: list[tuple[bool, str]], size: int) -> None:
    stream, cutter = written(events), LogCutter()
    cut = [line for at in range(0, len(stream), size) for line in cutter.feed(stream[at : at + size], 9)]
    assert [line.message for line in cut + cutter.flush(9)] == [text for _, text in events]
    assert [line.timestamp_ms for line in cut] == [5 if framed else 9 for framed, _ in events]


def test_unfinished_line_before_a_frame_is_an_event() -> None:
    stream = b"no newline" + written([(True, "framed")])
    assert [line.message for line in LogCutter().feed(stream, 1)] == ["no newline", "framed"]


@given(st.lists(st.integers(0, 50)))
def test_order_is_kept_and_time_never_runs_back(stamps: list[int]) -> None:
    ordered = chronological([LogLine(stamp, str(place)) for place, stamp in enumerate(stamps)])
    assert [line.message for line in ordered] == [str(place) for place in range(len(stamps))]
    times = [line.timestamp_ms for line in ordered]
    assert times == sorted(times) and all(time <= stamp for time, stamp in zip(times, stamps, strict=True))
