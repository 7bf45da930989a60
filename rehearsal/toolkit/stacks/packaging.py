"""The zips of the functions, from the project's own sources. ``pipeline_job.packing`` makes them, here and in the build
stage."""

from pathlib import Path

from pipeline_job import packing
from rehearsal.toolkit.aws.errors import NotThere


def build(output_dir: Path, sources: Path) -> list[Path]:
    """Write the four zips into ``output_dir``, made when missing; returns their paths.

    ``sources`` is the project's ``PipelineLambdaFunctions``, never the installed package: templates and functions are
    of one checkout.

    Raises:
        NotThere: a handler is missing in ``sources``.
        ZipTooLarge: when one is above 2 MB.
    """
    missing = packing.missing(sources)
    if missing:
        raise NotThere(
            f"the functions' sources are not all here: no {missing[0]}.py",
            where=str(sources),
            next_step="use a whole checkout of the project, or name one in REHEARSAL_PROJECT",
        )
    return packing.build(output_dir, sources)
