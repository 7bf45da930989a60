"""The script: calls that the workshop makes itself, and refusals that the tests of the embedded AWS assert.

What a call makes is named ``parity-<run>`` and, where the service has tags, tagged with the run. The order matters:
later calls use what earlier ones made, and everything is removed in the reverse order.
"""

from rehearsal.toolkit.parity.calls import Call
from rehearsal.toolkit.parity.script import functions, messages, models, permissions, pipelines, stacks, storage


def free(region: str) -> tuple[Call, ...]:
    """The calls that cost nothing, or less than a cent."""
    return (
        *storage.calls(region),
        *permissions.calls(),
        *functions.calls(),
        *stacks.calls(),
        *models.calls(),
        *pipelines.calls(),
        *messages.calls(),
    )
