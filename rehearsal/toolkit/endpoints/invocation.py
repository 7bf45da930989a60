"""Asking an endpoint: rows in, predictions out, in pieces that InvokeEndpoint takes."""

from collections.abc import Iterator, Sequence

from rehearsal.toolkit.aws.account import Aws
from rehearsal.toolkit.aws.errors import BadInput, NotThere
from rehearsal.toolkit.aws.names import Workshop
from rehearsal.toolkit.executions import executions, report
from rehearsal.toolkit.executions.choosing import Chosen

LARGEST_BODY = 6_291_456
"""Bytes; InvokeEndpoint, "Body", SageMaker Runtime API reference."""
_ROWS_AT_ONCE = 5_000


def endpoint_of(aws: Aws, chosen: Chosen, environment: str) -> str:
    """The endpoint of the workshop's environment (``Dev``, ``Test``).

    Of another pipeline, the one that its newest execution put out as ``EndpointName``, by its name or its end.

    Raises:
        NotThere: there is none; says which there are.
    """
    if chosen.workshop is None:
        return _put_out_by(aws, chosen.pipeline, environment)
    return _of_workshop(aws, chosen.workshop, environment)


def _put_out_by(aws: Aws, pipeline: str, environment: str) -> str:
    execution = executions.read(aws, executions.definition(aws, pipeline), executions.newest(aws, pipeline))
    names = [each.name for each in report.endpoints_of(execution)]
    fits = [name for name in names if name == environment or name.lower().endswith(f"-{environment}".lower())]
    if len(fits) != 1:
        there = ", ".join(names) or "none: no action has an output variable EndpointName"
        raise NotThere(
            f"no endpoint of {pipeline} is {environment!r}",
            where="its newest execution",
            next_step=f"there are: {there}",
        )
    return fits[0]


def _of_workshop(aws: Aws, workshop: Workshop, environment: str) -> str:
    tail = f"-{workshop.suffix}-"
    names = [
        item["EndpointName"]
        for page in aws.client("sagemaker").get_paginator("list_endpoints").paginate(NameContains=tail)
        for item in page["Endpoints"]
    ]
    fits = [name for name in names if name.lower().endswith(f"{tail}{environment}".lower())]
    if not fits:
        there = ", ".join(sorted(name.rsplit("-", 1)[1] for name in names)) or "none yet: rehearse release deploys them"
        raise NotThere(
            f"there is no endpoint for {environment!r}",
            where=f"SageMaker, {aws.region}",
            next_step=f"there are: {there}",
        )
    return str(fits[0])


def read_rows(content: bytes) -> list[str]:
    """The rows of a text, blank lines left out. Pure.

    Raises:
        BadInput: the text is not UTF-8; names the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadInput(
            f"line {line} is not text in UTF-8: byte 0x{content[error.start]:02x}",
            where=f"standard input, line {line}",
            next_step="save the rows as CSV in UTF-8, numbers only",
        ) from error
    return [line for line in text.splitlines() if line.strip()]


def check_width(rows: Sequence[str], features: int) -> None:
    """Hold every row to the number of features that the model was trained on. Pure.

    The algorithm takes missing columns for missing values: it would predict something, and nobody would notice.

    Raises:
        BadInput: a row has more or fewer; names the first.
    """
    for number, row in enumerate(rows, start=1):
        if (found := row.count(",") + 1) != features:
            label = ": the label belongs not here" if found == features + 1 else ""
            raise BadInput(
                f"row {number} has {found} columns, the model was trained on {features} features{label}",
                where="standard input",
                next_step="give the features in the order of the training data; "
                "cut -d, -f2- leaves the first column, the label, out",
            )


def check_numbers(rows: Sequence[str]) -> None:
    """Hold every value to be a number or missing. Pure.

    Raises:
        BadInput: one is not; names the first.
    """
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row.split(","), start=1):
            try:
                _ = float(value) if value.strip() else None
            except ValueError as error:
                raise BadInput(
                    f"row {number}, column {column}: {value.strip()[:40]!r} is no number",
                    where="rows",
                    next_step="give numbers, separated by commas, without a header; leave missing values empty",
                ) from error


def predict(aws: Aws, endpoint: str, rows: Sequence[str]) -> Iterator[str]:
    """One prediction a row, in order.

    Raises:
        BadInput: there are no rows, or a row alone is too large.
    """
    if not rows:
        raise BadInput(
            "no rows came in", where="standard input", next_step="rehearse invoke Test < rows.csv, features only"
        )
    runtime = aws.client("sagemaker-runtime")
    for body in bodies(rows):
        answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Accept="text/csv", Body=body)
        text = answer["Body"].read().decode()
        yield from (line for part in text.split("\n") if part for line in [part.strip()])


def bodies(rows: Sequence[str]) -> Iterator[bytes]:
    """The rows in as few bodies as the limits allow. Pure."""
    part: list[bytes] = []
    size = 0
    for number, row in enumerate(rows, start=1):
        encoded = row.encode() + b"\n"
        if len(encoded) > LARGEST_BODY:
            raise BadInput(
                f"row {number} has {len(encoded):,} bytes", where="standard input", next_step="a request takes 6 MB"
            )
        if part and (size + len(encoded) > LARGEST_BODY or len(part) == _ROWS_AT_ONCE):
            yield b"".join(part)
            part, size = [], 0
        part.append(encoded)
        size += len(encoded)
    yield b"".join(part)
