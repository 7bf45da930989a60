"""The documentation pages of the command line, made from the commands themselves: ``python -m
rehearsal.reference.command_line docs/cli``.

A test compares what it makes with what is committed, so that the pages are never stale.
"""

import inspect
import sys
from enum import Enum
from pathlib import Path
from typing import Any

from rehearsal.cli.app import all_commands

_COMPLETION = ("install_completion", "show_completion")


def pages() -> dict[str, str]:
    """Every page by its file name."""
    root = all_commands()
    made: dict[str, str] = {}
    _collect(root, "rehearse", made)
    return {"README.md": _index(root, made), **made}


def _collect(command: Any, path: str, made: dict[str, str]) -> None:
    for name, below in sorted(getattr(command, "commands", {}).items()):
        _collect(below, f"{path} {name}", made)
    if not hasattr(command, "commands"):
        made[_file_name(path)] = _page(command, path)


def _file_name(path: str) -> str:
    return path.removeprefix("rehearse ").replace(" ", "-") + ".md"


def _page(command: Any, path: str) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    usage = " ".join([path, "[OPTIONS]", *(_usage_of(argument) for argument in arguments)])
    lines = [f"# {path}", "", inspect.cleandoc(command.help or ""), "", "```", usage, "```", ""]
    if arguments:
        lines += ["| argument | |", "|---|---|", *(_row(_usage_of(each), each) for each in arguments), ""]
    lines += ["| option | |", "|---|---|", *(_row(_spelling(each), each) for each in options), ""]
    if command.epilog:
        lines += ["Example:", "", "```", command.epilog.removeprefix("Example: "), "```", ""]
    lines += ["Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted.", ""]
    return "\n".join(lines)


def _usage_of(argument: Any) -> str:
    name = argument.metavar or argument.name.upper()
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _spelling(option: Any) -> str:
    return ", ".join([*option.opts, *option.secondary_opts])


def _row(spelling: str, parameter: Any) -> str:
    words = (parameter.help or "").replace("|", "\\|")
    kind = parameter.type_descriptor.annotation
    if inspect.isclass(kind) and issubclass(kind, Enum):
        words += f" One of {', '.join(each.value for each in kind)}."
    default = getattr(parameter, "default", None)
    if default is not None and not isinstance(default, bool) and default != "" and not parameter.required:
        words += f" Default: {getattr(default, 'value', default)}."
    if getattr(parameter, "envvar", None):
        words += f" Environment: {parameter.envvar}."
    return f"| `{spelling.replace('|', chr(92) + '|')}` | {words.strip()} |"


def _index(root: Any, made: dict[str, str]) -> str:
    lines = [
        "# rehearse",
        "",
        inspect.cleandoc(root.help or ""),
        "",
        "Results go to standard output, talk and errors to standard error. `--json` prints one JSON document on "
        "standard output;",
        'an error is then `{"error": {"type", "what", "where", "next"}}`. Colour appears on a terminal only, and not '
        "with `NO_COLOR`.",
        "Shell completion: `rehearse --install-completion`.",
        "",
        "| exit code | meaning |",
        "|---|---|",
        "| 0 | done; for `run`, `release`, `status --watch`, `class`: the execution Succeeded |",
        "| 1 | failed: the message says what, where, and what to do next |",
        "| 2 | used wrongly: an option, a file or a parameter cannot be used |",
        "| 130 | interrupted (Ctrl-C, SIGTERM, SIGHUP); `run` leaves nothing behind |",
        "",
        "Every command but `run`, `up`, `env`, `down`, `data`, `package` and `params check` works on the AWS of the "
        "environment,",
        "as any SDK does;",
        '`eval "$(rehearse env)"` makes that the embedded AWS. On a real account, what changes something asks first '
        "(`--yes`).",
        "",
        "| command | |",
        "|---|---|",
    ]
    for file, page in sorted(made.items()):
        title, summary = page.splitlines()[0].removeprefix("# "), page.splitlines()[2]
        lines.append(f"| [{title}]({file}) | {summary} |")
    return "\n".join([*lines, ""])


def write(folder: Path) -> None:
    """Write every page, and remove those of commands that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for stale in set(folder.glob("*.md")) - {folder / name for name in made}:
        stale.unlink()
    for name, page in made.items():
        (folder / name).write_text(page)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
