"""Child processes that cannot reach the real AWS by accident: a clean environment, loopback only, gone with the
server."""

from rehearsal.localaws.isolation.launch import LOOPBACK_ONLY, child_environment, spawn
from rehearsal.localaws.isolation.preloaded import can_fork, preload
from rehearsal.localaws.isolation.view import files_of_child, is_of_child

__all__ = ["LOOPBACK_ONLY", "can_fork", "child_environment", "files_of_child", "is_of_child", "preload", "spawn"]
