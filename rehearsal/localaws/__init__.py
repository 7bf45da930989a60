"""The embedded AWS: one process, one loopback port, on which the workshop's stacks really execute.

It knows nothing of the toolkit. ``docs/architecture.md`` has the map of its rooms and the arrows between them.
"""
