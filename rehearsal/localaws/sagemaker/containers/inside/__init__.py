"""Programs and hooks that run inside a container's child processes, with the image's interpreter: Python 3.7 and later,
without ours.

The files are run by their paths; they import the standard library, one another and what the user's script brings.
"""

from pathlib import Path

RUN_COMMAND = Path(__file__).with_name("run_command.py")
SCRIPT_MODE = Path(__file__).with_name("script_mode.py")
SCRIPT_SERVER = Path(__file__).with_name("script_server.py")
