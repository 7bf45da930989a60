"""A classifier's endpoint asked for every row of a test set."""

from collections.abc import Iterator, Sequence

from rehearsal.toolkit.aws.account import Aws

_ROWS_A_REQUEST = 500
"""Keeps a request far below the 6 MB that InvokeEndpoint takes."""


def accuracy(aws: Aws, endpoint: str, test: str) -> dict[str, float]:
    """``rows`` and ``accuracy`` on a CSV of label and features; a score of 0.5 and more means 1."""
    rows = [line.partition(",") for line in test.splitlines() if line]
    scores = [
        score for chunk in _chunks([features for _, _, features in rows]) for score in _scores(aws, endpoint, chunk)
    ]
    right = sum((score >= 0.5) == (float(label) == 1.0) for (label, _, _), score in zip(rows, scores, strict=True))
    return {"rows": float(len(rows)), "accuracy": right / len(rows)}


def _chunks(lines: Sequence[str]) -> Iterator[str]:
    for begin in range(0, len(lines), _ROWS_A_REQUEST):
        yield "\n".join(lines[begin : begin + _ROWS_A_REQUEST])


def _scores(aws: Aws, endpoint: str, body: str) -> list[float]:
    answer = aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Accept="text/csv", Body=body.encode()
    )
    return [float(cell) for cell in answer["Body"].read().decode().replace(",", "\n").split()]
