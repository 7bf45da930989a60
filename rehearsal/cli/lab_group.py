"""``rehearse lab``: the group of its commands, and the arguments and options that several of them take."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rehearsal.cli.app import group

lab = group("lab")

Name = Annotated[str, Argument(metavar="NAME", help="A lab, as rehearse lab list names it.")]
Suffix = Annotated[str, Option(envvar="REHEARSE_SUFFIX", help="SuffixID: the tail of every name, lower case.")]
BucketSuffix = Annotated[
    str | None, Option(help="Tail of the bucket's name; on a real account the account id if not given.")
]
Data = Annotated[Path | None, Option(help="A table of your own, in the schema of the lab's sample.")]
Parameters = Annotated[
    list[str] | None, Option("--parameter", help="A parameter of the SageMaker pipeline, NAME=VALUE; repeatable.")
]
StackParameters = Annotated[
    list[str] | None, Option("--stack-parameter", help="A parameter of the lab's stack, NAME=VALUE; repeatable.")
]
