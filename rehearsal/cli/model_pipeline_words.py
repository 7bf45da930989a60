"""``rehearse status --sagemaker-pipeline``: an execution of a SageMaker pipeline in words and as a document. Pure."""

from typing import Any

from rich.markup import escape

from rehearsal.toolkit.executions.model_pipelines import ModelExecution, StepState

_MARKS = {"Succeeded": "[green]✔[/]", "Failed": "[red]✘[/]", "Stopped": "[yellow]✘[/]"}


def text(execution: ModelExecution) -> str:
    """The execution, and a line for each step that has begun."""
    head = f"{execution.pipeline}  {execution.arn.rpartition('/')[2]}  {execution.status}"
    lines = [f"[bold]{escape(head)}[/]", *map(_step, execution.steps)]
    if execution.reason:
        lines.append(escape(execution.reason))
    return "\n".join(lines)


def _step(step: StepState) -> str:
    mark = _MARKS.get(step.status, "…")
    seconds = "" if step.seconds is None else f"{step.seconds:>7.1f} s"
    return f" {escape(step.name):<28} {mark} {step.status:<10} {seconds:>9}  {escape(' '.join(step.note.split()))}".rstrip()


def document(execution: ModelExecution) -> dict[str, Any]:
    """What ``--json`` prints."""
    return {
        "pipeline": execution.pipeline,
        "pipelineExecutionArn": execution.arn,
        "status": execution.status,
        "reason": execution.reason,
        "steps": [
            {"name": step.name, "status": step.status, "seconds": step.seconds, "note": step.note}
            for step in execution.steps
        ],
    }
