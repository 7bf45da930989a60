"""What actors have in common whose work is done with one call."""

from rehearsal.localaws.sagemaker.pipelines.steps.context import Context, Ended


class Instant:
    """Nothing is left to wait for or to stop once ``begin`` has returned."""

    def is_over(self, _context: Context) -> bool:
        return True

    def end(self, context: Context) -> Ended:
        return Ended(context.metadata)

    def halt(self, context: Context) -> None:
        """The call is on its way: what it gives decides."""
