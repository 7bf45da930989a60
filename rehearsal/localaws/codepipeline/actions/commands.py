"""The Commands action and rule: shell commands on the files of an input artifact, without a project of one's own.

Reference: user guide, "Commands action reference" and the "Commands" rule.
"""

from rehearsal.localaws.codebuild import buildspec, workspace
from rehearsal.localaws.codebuild.buildspec import ArtifactFiles
from rehearsal.localaws.codebuild.workspace import ShellResult, Workspace
from rehearsal.localaws.codepipeline.action_types import ONE, UP_TO_ONE, Counts, TypeRules
from rehearsal.localaws.codepipeline.actions import artifacts
from rehearsal.localaws.codepipeline.actions.context import ActionFailed, Context
from rehearsal.localaws.codepipeline.actions.provider import Provider
from rehearsal.localaws.codepipeline.definition import Action
from rehearsal.localaws.codepipeline.state_machine import Outcome
from rehearsal.localaws.ground import clock
from rehearsal.localaws.services.logs import LogStream

_LONGEST_SECONDS = 86_400.0


def act(context: Context) -> Outcome:
    """Run the commands; keep the files and variables that the declaration asks for."""
    if not context.declared.commands:
        raise ActionFailed("ConfigurationError", f"{context.declared.name} declares no commands.")
    space = Workspace()
    try:
        result = _run(context, space)
        if result.ending != "SUCCEEDED":
            reason = result.message or f"The commands ended with {result.ending}."
            raise ActionFailed("JobFailed", reason, context.run_id)
        for artifact in context.outputs:
            _keep(context, space, artifact.name)
        return Outcome(
            summary="Commands succeeded",
            external_id=context.run_id,
            log_stream_arn=_log_arn(context),
            variables=dict(result.exported),
        )
    finally:
        space.remove()


def _run(context: Context, space: Workspace) -> ShellResult:
    for position, artifact in enumerate(context.inputs):
        space.unpack("src" if position == 0 else artifact.name, artifacts.read(context, artifact), artifact.name)
    declared = context.declared
    names = declared.output_variables if isinstance(declared, Action) else ()
    listed = [dict(variable) for variable in declared.environment] if isinstance(declared, Action) else []
    spec = buildspec.of_commands(declared.commands, names)
    try:
        variables, secrets = workspace.variables_of(listed, spec, context.client)
    except KeyError as error:
        raise ActionFailed("ConfigurationError", f"A secret has no key {error}.") from error
    stream = LogStream(_group(context), context.run_id, context.region, context.role_arn)

    def log(lines: list[str]) -> None:
        for secret in secrets:
            lines = [line.replace(secret, "***") for line in lines]
        stream.write(lines)

    return space.run(
        spec,
        directory=space.source("src"),
        variables={**variables, **_own_variables(context, space)},
        credentials=context.credentials(),
        region=context.region,
        log=log,
        until=clock.timestamp() + _LONGEST_SECONDS,
        stopped=context.withdrawn,
    )


def _own_variables(context: Context, space: Workspace) -> dict[str, str]:
    others = {f"CODEBUILD_SRC_DIR_{a.name}": str(space.source(a.name)) for a in context.inputs[1:]}
    return {"CI": "true", "CODEBUILD_SRC_DIR": str(space.source("src")), **others}


def _keep(context: Context, space: Workspace, name: str) -> None:
    declared = context.declared
    patterns = declared.output_files.get(name, ()) if isinstance(declared, Action) else ()
    artifact = next(artifact for artifact in context.outputs if artifact.name == name)
    try:
        files = workspace.gather(space.source("src"), ArtifactFiles(patterns or ("**/*",)))
    except FileNotFoundError as error:
        raise ActionFailed("ConfigurationError", f"The output artifact {name}: {error}") from error
    artifacts.write_zip(context, artifact, files)


def _group(context: Context) -> str:
    return f"/aws/codepipeline/{context.pipeline_name}"


def _log_arn(context: Context) -> str:
    return f"arn:aws:logs:{context.region}:{context.account_id}:log-group:{_group(context)}:log-stream:{context.run_id}"


PROVIDERS = (
    Provider("Compute", "Commands", act, TypeRules({}, Counts(1, 10), UP_TO_ONE)),
    Provider("Rule", "Commands", act, TypeRules({}, inputs=ONE)),
)
