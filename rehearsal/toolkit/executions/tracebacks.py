"""The stack of an exception as a log has it: Lambda's runtime joins its lines by carriage returns and pads them with
no-break spaces. Pure."""

import re

STACK_BEGINS = "Traceback (most recent call last):"
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]+)", line (?P<line>\d+), in (?P<function>\S+)')
_OF_OTHERS = ("/var/runtime/", "/var/lang/", "<frozen ")
_LAST = 2


def last_frames(message: str, count: int = _LAST) -> list[str]:
    """The innermost frames of the user's own code, each with its source line where the log has it."""
    _, stack, trace = message.replace("\r", "\n").replace("\xa0", " ").partition(STACK_BEGINS)
    if not stack:
        return []
    lines = trace.splitlines()
    frames = []
    for number, line in enumerate(lines):
        match = _FRAME.match(line)
        if match and not match["file"].startswith(_OF_OTHERS):
            source = lines[number + 1].strip() if number + 1 < len(lines) else ""
            is_source = source and not _FRAME.match(lines[number + 1]) and lines[number + 1].startswith("   ")
            frames.append(
                f"{match['file']}:{match['line']} in {match['function']}" + (f"    {source}" if is_source else "")
            )
    return frames[-count:]


def without_stack(message: str) -> str:
    """A message without the stack: what comes before it, and its last line."""
    before, stack, trace = message.replace("\r", "\n").partition(STACK_BEGINS)
    if not stack:
        return message.rstrip()
    lines = [line for line in trace.splitlines() if line.strip() and not line.startswith((" ", "\xa0"))]
    return " ".join([before.strip(), *lines]).strip()
