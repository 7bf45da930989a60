"""``rehearse replay``: one action's function once more, on this machine, to see or debug what it did."""

import secrets
import tempfile
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from rehearsal.cli.app import command
from rehearsal.cli.options import AccountOptions, PipelineOptions
from rehearsal.cli.output import Output
from rehearsal.cli.pipeline import execution_of
from rehearsal.toolkit.embedded import replay as replaying
from rehearsal.toolkit.executions import addressing, executions


@command("rehearse replay 7f2c91 Train/TrainModel --code PipelineLambdaFunctions --debug")
def replay(
    account: AccountOptions,
    which: PipelineOptions,
    output: Output,
    run: Annotated[str, Argument(metavar="EXECUTION", help="Execution id, or its beginning.")],
    action: Annotated[str, Argument(metavar="STAGE/ACTION", help="The action, as rehearse status names it.")],
    call: Annotated[
        int | None, Option(help="Which call of the function, where it had several; the first if not given.")
    ] = None,
    code: Annotated[
        Path | None, Option(help="Folder with the function's code, instead of its zip.", exists=True, file_okay=False)
    ] = None,
    debug_port: Annotated[int, Option(help="Port of the debugger on 127.0.0.1.")] = replaying.DEBUG_PORT,
) -> None:
    """Run an action's function again with the event and artifacts that it got. On the embedded AWS alone.

    It acts on the account with its own role, as then. Its answer is shown, not sent; what it writes as output artifacts
    lies beside those of the execution. With --debug it stops in debugpy before the handler. Exits 0 if it answered with
    success.
    """
    aws = account.reach()
    found = which.choose(aws)
    execution = execution_of(aws, found, run)
    declared = addressing.find(executions.definition(aws, found.pipeline), action)
    calls = replaying.calls(aws, found.pipeline, execution, declared.stage, declared.name)
    chosen = replaying.chosen(calls, call)
    function = replaying.function_of(aws, chosen.function)
    if output.debug:
        replaying.check_debugger()
    mark = secrets.token_hex(3)
    output.say(f"call {chosen.number} of {len(calls)} of {function.name}; output artifacts end with .replay-{mark}")
    with tempfile.TemporaryDirectory(prefix="rehearse-replay-") as scratch:
        folder = replaying.unpack(function, Path(scratch)) if code is None else code
        replaying.check_code(folder, function.handler)
        event = replaying.with_own_outputs(chosen.event, mark)
        variables = replaying.environment(aws, function)
        exit_code = replaying.run(function, folder, event, variables, debug_port if output.debug else None)
    if exit_code:
        raise Exit(1)
