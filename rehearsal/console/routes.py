"""Every address of the console: the pages, which only read, and the changes, which come by POST."""

from rehearsal.console.page import ChangeFunction, PageFunction
from rehearsal.console.pages import action, home, launch, parameters, pipeline, pipelines, stack, stacks, work

PAGES: tuple[tuple[str, PageFunction], ...] = (
    ("/", home.show),
    ("/stacks", stacks.show),
    ("/stacks/launch/{template}", launch.show),
    ("/stacks/{name}", stack.show),
    ("/stacks/{name}/review", launch.review),
    ("/pipelines", pipelines.show),
    ("/pipelines/{name}", pipeline.show),
    ("/pipelines/{name}/compare", pipeline.compare),
    ("/pipelines/{name}/executions/{execution}", pipeline.show),
    ("/pipelines/{name}/executions/{execution}/{stage}/{action}", action.show),
    ("/pipelines/{name}/parameters/{stage}/{action}", parameters.show),
    ("/work/{work}", work.show),
)

CHANGES: tuple[tuple[str, ChangeFunction], ...] = (
    ("/stacks/launch/{template}", launch.prepare),
    ("/stacks/{name}/execute", launch.execute),
    ("/stacks/{name}/discard", launch.discard),
    ("/stacks/{name}/delete", stack.delete),
    ("/pipelines/{name}/release", pipeline.release),
    ("/pipelines/{name}/stop", pipeline.stop),
    ("/pipelines/{name}/retry", pipeline.retry),
    ("/pipelines/{name}/rollback", pipeline.roll_back),
    ("/pipelines/{name}/approve", pipeline.approve),
    ("/pipelines/{name}/transition", pipeline.transition),
    ("/pipelines/{name}/parameters/{stage}/{action}", parameters.save),
)
