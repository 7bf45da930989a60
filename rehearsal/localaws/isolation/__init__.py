"""Child processes that cannot reach the real AWS by accident: a clean environment, loopback only, gone with the server."""

from rehearsal.localaws.isolation.launch import child_environment, spawn

__all__ = ["child_environment", "spawn"]
