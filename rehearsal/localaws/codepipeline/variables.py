"""``#{namespace.name}`` in action configurations: which there are, and what they stand for. Pure."""

import re
from collections.abc import Mapping

from rehearsal.localaws.codepipeline.records import Execution

_REFERENCE = re.compile(r"#\{([^{}]+)\}")
MAX_RESOLVED_BYTES = 100 * 1024


class Unresolved(Exception):
    """A configuration names a variable that has no value here."""


def references(configuration: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each reference with where it stands: (configuration key, namespace, name)."""
    return [
        (key, *_split(match.group(1))) for key, value in configuration.items() for match in _REFERENCE.finditer(value)
    ]


def resolve(configuration: Mapping[str, str], execution: Execution) -> dict[str, str]:
    """The configuration with every variable replaced by its value in ``execution``.

    Raises:
        Unresolved: naming the reference and its key, or when the outcome is larger than CodePipeline's 100 KB.
    """
    known = {
        **execution.namespaces,
        "variables": execution.variables,
        "codepipeline": {"PipelineExecutionId": execution.id},
    }
    resolved = {key: resolve_text(value, known, key) for key, value in configuration.items()}
    if sum(len(key.encode()) + len(value.encode()) for key, value in resolved.items()) > MAX_RESOLVED_BYTES:
        raise Unresolved("The resolved action configuration is larger than the maximum of 100 KB.")
    return resolved


def resolve_text(text: str, known: Mapping[str, Mapping[str, str]], key: str) -> str:
    """One value of a configuration, resolved."""

    def value_of(match: re.Match[str]) -> str:
        namespace, name = _split(match.group(1))
        value = known.get(namespace, {}).get(name)
        if value is None:
            reason = "no such namespace in this execution" if namespace not in known else "no such variable in it"
            raise Unresolved(
                f"The variable #{{{namespace}.{name}}} referenced in the configuration key {key} could not be "
                f"resolved: {reason}."
            )
        return value

    return _REFERENCE.sub(value_of, text)


def _split(reference: str) -> tuple[str, str]:
    namespace, _, name = reference.strip().partition(".")
    return namespace, name
