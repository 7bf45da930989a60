"""What a sandbox is made from: the part of a function's record that its execution depends on.

A frozen value, so that it can be the key under which warm sandboxes wait: any change of code or configuration makes
another key, as it makes another set of execution environments in AWS.
"""

from __future__ import annotations

from dataclasses import dataclass

from rehearsal.localaws.functions.record import FunctionRecord


@dataclass(frozen=True)
class Configuration:
    """One published version (or $LATEST) of a function, as its sandbox sees it."""

    name: str
    version: str
    arn: str
    region: str
    handler: str
    runtime: str
    role_arn: str
    timeout_seconds: int
    memory_mb: int
    log_group: str
    log_format: str
    code_digest: str
    layer_digests: tuple[str, ...]
    environment: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, function: FunctionRecord) -> Configuration:
        """Read moto's record of the function."""
        return cls(
            name=function.function_name,
            version=str(function.version),
            arn=function.function_arn,
            region=function.region,
            handler=function.handler or "",
            runtime=function.run_time or "",
            role_arn=function.role,
            timeout_seconds=int(function.timeout),
            memory_mb=int(function.memory_size),
            log_group=function.log_group,
            log_format=function.logging_config["LogFormat"],
            code_digest=function.code_digest,
            layer_digests=tuple(version.code_digest for version in function.layer_versions()),
            environment=tuple(sorted((name, str(value)) for name, value in (function.environment_vars or {}).items())),
        )
