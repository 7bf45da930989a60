"""An endpoint asked for every row of a test set."""

from collections.abc import Iterator, Sequence

from rehearsal.toolkit.aws.account import Aws

_ROWS_A_REQUEST = 500
"""Keeps a request far below the 6 MB that InvokeEndpoint takes."""


def accuracy(aws: Aws, endpoint: str, test: str) -> dict[str, float]:
    """``rows`` and ``accuracy`` on a CSV of label and features; a score of 0.5 and more means 1."""
    found = answered(aws, endpoint, test)
    right = sum((score >= 0.5) == (label == 1.0) for label, score in found)
    return {"rows": float(len(found)), "accuracy": right / len(found)}


def squared_error(aws: Aws, endpoint: str, test: str) -> dict[str, float]:
    """``rows``, the mean squared error ``mse``, and ``mse of the mean``: that of answering always with the mean of the
    labels."""
    found = answered(aws, endpoint, test)
    mean = sum(label for label, _ in found) / len(found)
    return {
        "rows": float(len(found)),
        "mse": sum((label - score) ** 2 for label, score in found) / len(found),
        "mse of the mean": sum((label - mean) ** 2 for label, _ in found) / len(found),
    }


def answered(aws: Aws, endpoint: str, test: str) -> list[tuple[float, float]]:
    """The label of each row of a CSV, and what the endpoint answers to its features."""
    rows = [line.partition(",") for line in test.splitlines() if line]
    chunks = _chunks([features for _, _, features in rows])
    scores = [score for chunk in chunks for score in _scores(aws, endpoint, chunk)]
    return [(float(label), score) for (label, _, _), score in zip(rows, scores, strict=True)]


def _chunks(lines: Sequence[str]) -> Iterator[str]:
    for begin in range(0, len(lines), _ROWS_A_REQUEST):
        yield "\n".join(lines[begin : begin + _ROWS_A_REQUEST])


def _scores(aws: Aws, endpoint: str, body: str) -> list[float]:
    answer = aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType="text/csv", Accept="text/csv", Body=body.encode()
    )
    return [float(cell) for cell in answer["Body"].read().decode().replace(",", "\n").split()]
