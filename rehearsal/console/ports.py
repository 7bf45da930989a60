"""Where the console listens: known without importing its web server."""

DEFAULT_PORT = 4570
"""When the user names no port."""
