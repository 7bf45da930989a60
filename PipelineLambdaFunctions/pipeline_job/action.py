"""The skeleton of every function: parse, check, find the training config and the execution, act, report.

A function gives :func:`run` its name and its work; the work gets an :class:`Action` and returns an outcome or raises.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pipeline_job import parameters
from pipeline_job.artifacts import Artifacts
from pipeline_job.clients import Clients
from pipeline_job.failure import ConfigurationError
from pipeline_job.job import PipelineJob
from pipeline_job.parameters import Checked, InvalidParameters
from pipeline_job.reporting import Outcome, Reporter

log = logging.getLogger("pipeline_job")


@dataclass
class Action:
    """One call of a function: its job, what was asked of it, and the means to do it."""

    function: str
    job: PipelineJob
    clients: Clients
    seconds_left: Callable[[], float]
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep

    @cached_property
    def given(self) -> Checked:
        """The UserParameters alone, checked."""
        try:
            checked = parameters.read(self.function, self.job.user_parameters)
        except InvalidParameters as error:
            raise ConfigurationError(str(error)) from error
        for warning in checked.warnings:
            log.warning("UserParameters of %s: %s; %s", self.function, warning.message, warning.hint)
        return checked

    @cached_property
    def artifacts(self) -> Artifacts:
        """The job's artifacts, read and written with its own credentials."""
        return Artifacts(self.job, self.clients.artifact_store(self.job.credentials))

    def parameters(self, model_name: str) -> dict[str, Any]:
        """UserParameters over ``<model-name>.json`` of the Source artifact over the defaults.

        The file has a section for each function, and ``<Function>.<env>`` for one environment alone.
        """
        file_name = f"{model_name}.json"
        config = self.artifacts.find(file_name)
        if config is None:
            log.warning("no input artifact holds %s: UserParameters and defaults alone apply", file_name)
            config = {}
        try:
            return parameters.merge(self.function, self.given, self._section(config, file_name), file_name)
        except InvalidParameters as error:
            raise ConfigurationError(str(error)) from error

    def _section(self, config: Any, file_name: str) -> dict[str, Any]:
        names = (self.function, f"{self.function}.{self.given.values.get('env')}")
        sections = [config.get(name, {}) for name in names] if isinstance(config, dict) else [config]
        for section in sections:
            if not isinstance(section, dict):
                raise ConfigurationError(
                    f'{file_name} must be an object of sections, such as {{"{self.function}": {{...}}}}'
                )
        return {key: value for section in sections for key, value in section.items()}

    @property
    def given_execution_id(self) -> str:
        """The pipeline execution that UserParameters name; empty where they do not."""
        return str(self.given.values.get("execution-id", ""))

    @cached_property
    def execution_id(self) -> str:
        """The pipeline execution: from UserParameters, else a digest of the artifacts that this execution was given.

        CodePipeline gives the artifacts of each execution keys of their own, so each execution has another digest.
        """
        return self.given_execution_id or self._digest_of_inputs()

    def _digest_of_inputs(self) -> str:
        inputs = [(each.bucket, each.key, each.revision) for each in self.job.input_artifacts]
        return hashlib.sha256(repr(inputs or self.job.id).encode()).hexdigest()[:32]

    @cached_property
    def _seconds_at_start(self) -> float:
        return self.seconds_left()

    def has_time(self) -> bool:
        """Whether there is time for more work: a third of what this call began with is kept for what is under way, 60 s
        at most."""
        return self.seconds_left() > min(60.0, self._seconds_at_start / 3)

    def setting(self, name: str) -> str:
        """An environment variable that the stack sets.

        Raises:
            ConfigurationError: when it is missing.
        """
        value = self.environment.get(name, "")
        if not value:
            raise ConfigurationError(
                f"the function's environment variable {name} is not set; the pipeline stack sets it"
            )
        return value


Work = Callable[[Action], Outcome]


def run(function: str, work: Work, event: Mapping[str, Any], context: Any, clients: Clients) -> None:
    """Handle one event; returns when CodePipeline has its answer."""
    log.setLevel(logging.INFO)
    job = PipelineJob.from_event(event)
    action = Action(function, job, clients, seconds_left=lambda: context.get_remaining_time_in_millis() / 1000)
    action.has_time()  # the time that this call has starts to count
    reporter = Reporter(job.id, lambda: clients("codepipeline"))
    reporter.report(lambda: work(action), action.seconds_left, f"{context.log_group_name} {context.log_stream_name}")
