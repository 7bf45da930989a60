"""What can be wrong with a state directory."""

from rehearsal.localaws.ground.host import CannotServe


class StateError(CannotServe):
    """A directory that cannot be used; the text says why and what to do."""
