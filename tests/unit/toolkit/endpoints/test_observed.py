"""What CloudWatch and captured files say of an endpoint, as values."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from rehearsal.toolkit.endpoints import observed

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def test_means_are_weighted_with_invocations_and_minutes_count_back_from_now() -> None:
    one, two = NOW - timedelta(minutes=2), NOW - timedelta(minutes=1)
    results: list[Mapping[str, Any]] = [
        {"Id": "invocations", "Timestamps": [two, one], "Values": [3.0, 1.0]},
        {"Id": "mean", "Timestamps": [one, two], "Values": [8000.0, 4000.0]},
        {"Id": "longest", "Timestamps": [one, two], "Values": [8000.0, 9500.0]},
        {"Id": "errors_4xx", "Timestamps": [one], "Values": [1.0]},
        {"Id": "errors_5xx", "Timestamps": [], "Values": []},
    ]
    found = observed.traffic_of("AllTraffic", results, NOW)
    assert (found.invocations, found.errors, found.mean_ms, found.longest_ms) == (4, 1, 5.0, 9.5)
    assert found.by_minute == ((-2, 8.0), (-1, 4.0))
    quiet = observed.traffic_of("AllTraffic", [], NOW)
    assert (quiet.invocations, quiet.mean_ms, quiet.longest_ms, quiet.by_minute) == (0, None, None, ())


def test_captured_data_are_read_in_both_encodings_and_cut() -> None:
    output = base64.b64encode(b"5.5\n").decode()
    line = {
        "captureData": {
            "endpointInput": {"data": "1," * 400, "encoding": "CSV"},
            "endpointOutput": {"data": output, "encoding": "BASE64"},
        },
        "eventMetadata": {"eventId": "e", "inferenceTime": "2026-11-21T12:00:00Z"},
    }
    found = observed.captured_of(json.dumps(line).encode())
    assert (found.output, len(found.input), found.at) == ("5.5", 400, "2026-11-21T12:00:00Z")
