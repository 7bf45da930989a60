"""``rehearse data``: from a table of one's own, or a published one, to the three files that the pipeline takes."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rehearsal.cli.app import command, group
from rehearsal.cli.options import AccountOptions
from rehearsal.cli.output import Output
from rehearsal.toolkit.data import dataset, fetching, splitting
from rehearsal.toolkit.data.splitting import Encoding

data = group("data")


@command("rehearse data split wine.csv --label-column quality -o my-data && rehearse run --data my-data", below=data)
def split(
    output: Output,
    file: Annotated[Path, Argument(help="A CSV file, with or without header; any of , ; tab | as delimiter.")],
    label_column: Annotated[str, Option(help="Name or index (from 0, negative from the end) of what to predict.")],
    folder: Annotated[Path, Option("-o", "--output", help="Folder to write to.")],
    seed: Annotated[int, Option(help="Seed of the shuffle: the same seed gives the same sets.")] = 0,
    encode: Annotated[Encoding, Option(help="What becomes of text columns.")] = Encoding.REFUSE,
) -> None:
    """Split a table 80/10/10 into train, validation and test set: label first, no header."""
    done = splitting.split(file, label_column, folder, seed=seed, encoding=encode)
    rows = ", ".join(f"{key} {count:,}" for key, count in done.rows.items())
    document = {"folder": str(done.folder), "rows": done.rows, "columns": [column.name for column in done.columns]}
    text = f"{rows} rows; {len(done.columns)} columns, {done.columns[0].name} first\nnext: rehearse run --data {folder}"
    if any(column.codes or column.name != column.source for column in done.columns):
        text += f"\nthen: rehearse invoke Test --columns {folder} takes rows with names and categories"
    output.result(document, text)


@command("rehearse data fetch winequality -o winequality.csv", below=data)
def fetch(
    account: AccountOptions,
    output: Output,
    name: Annotated[str, Argument(help=f"One of: {', '.join(fetching.PUBLIC_FILES)}.")],
    file: Annotated[Path | None, Option("-o", "--output", help="File to write; NAME.csv if not given.")] = None,
    url: Annotated[str | None, Option(help="A mirror; size and SHA-256 are checked all the same.")] = None,
    into_bucket: Annotated[
        bool, Option("--into-bucket", help="Also put it into the embedded AWS, in the bucket in which AWS has it.")
    ] = False,
) -> None:
    """Download a published data set; it is kept only if size and SHA-256 are the published ones.

    Of churn neither is known: its columns are checked.
    """
    target = file or Path(f"{name}.csv")
    published = fetching.fetch(name, target, url=url)
    size, copied = target.stat().st_size, fetching.put_into_bucket(account.reach(), name, target) if into_bucket else ""
    document = {"file": str(target), "size": size, "sha256": published.sha256 or None, "label": published.label}
    split = f"rehearse data split {target} --label-column {published.label} -o my-data"
    text = f"{target}: {size:,} bytes\nnext: {f'aws s3 cp {copied} .' if copied else split}"
    output.result({**document, **({"s3Url": copied} if copied else {})}, text)


@command("rehearse data check my-data", below=data)
def check(output: Output, folder: Annotated[Path, Argument(help="Folder with the three sets.")]) -> None:
    """Check that a folder holds what the pipeline takes; names file, line and column where it does not."""
    found = dataset.check(folder)
    output.result({"rows": found.rows, "columns": found.columns}, f"{found}, {found.columns} columns: good")
