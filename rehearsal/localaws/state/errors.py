"""What can be wrong with a state directory."""


class StateError(Exception):
    """A directory that cannot be used; the text says why and what to do."""
