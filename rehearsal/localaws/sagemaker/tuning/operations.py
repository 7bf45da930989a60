"""The operations on hyperparameter tuning jobs."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.localaws.ground import clock
from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import encryption, listing
from rehearsal.localaws.sagemaker.refusals import invalid
from rehearsal.localaws.sagemaker.training import operations as training
from rehearsal.localaws.sagemaker.training import starting
from rehearsal.localaws.sagemaker.tuning import request as asked
from rehearsal.localaws.sagemaker.tuning import trials, views, warm_start
from rehearsal.localaws.sagemaker.tuning.engine import engine
from rehearsal.localaws.sagemaker.tuning.records import Definition, Limits, TuningJob

_OBJECTIVE = "FinalHyperParameterTuningJobObjectiveMetric"
_BY_OBJECTIVE = "FinalObjectiveMetricValue"


class TuningJobOperations:
    """The operations on hyperparameter tuning jobs."""

    params: dict[str, Any]
    region: str
    access_key: str
    sagemaker_backend: Any

    def create_hyper_parameter_tuning_job(self) -> dict[str, Any]:
        request, config = self.params, self.params["HyperParameterTuningJobConfig"]
        name = request["HyperParameterTuningJobName"]
        self._check_name_is_free(name)
        definitions = asked.definitions_of(request)
        asked.check_strategy(config, definitions)
        limits = asked.limits_of(config, definitions)
        parents = self._parents(definitions, limits)
        for definition in definitions:
            self._check_trials(definition, limits)
        job = TuningJob(
            request,
            self.sagemaker_backend.tuning_jobs.arn(name),
            self.region,
            clock.now(),
            definitions,
            limits,
            seed=config.get("RandomSeed", secrets.randbelow(2**31)),
            strategy=config["Strategy"],
            learned=warm_start.learned(parents),
            parents_best=warm_start.best_of(request["WarmStartConfig"], parents) if parents else None,
        )
        self.sagemaker_backend.tuning_jobs.add(job)
        self.sagemaker_backend.tag_store.put(job.arn, request.get("Tags"))
        engine.start(job)
        return {"HyperParameterTuningJobArn": job.arn}

    def _check_name_is_free(self, name: str) -> None:
        if self.sagemaker_backend.tuning_jobs.find(name) is not None:
            raise AwsError(
                "ResourceInUse",
                f"A hyperparameter tuning job with the name, {name}, already exists. Choose a different name.",
            )

    def _parents(self, definitions: Sequence[Definition], limits: Limits) -> list[TuningJob]:
        given: Mapping[str, Any] | None = self.params.get("WarmStartConfig")
        if not given:
            return []
        names = [each["HyperParameterTuningJobName"] for each in given["ParentHyperParameterTuningJobs"]]
        parents = [self._tuning_job(name) for name in dict.fromkeys(names)]
        warm_start.check(given, definitions, parents, limits.most_trials)
        return parents

    def _check_trials(self, definition: Definition, limits: Limits) -> None:
        """Hold the training jobs that are to come against all that CreateTrainingJob asks."""
        _check_resources(definition.request)
        requests = [*trials.requests(definition, "trial", {}, self.params.get("Tags"))]
        for request in requests:
            training.check(request)
        program = starting.check_place(requests[0], self.region)
        _check_quotas(requests, self.sagemaker_backend.trained_jobs, limits.most_parallel)
        credentials = starting.assume(requests[0]["RoleArn"], self.region)
        volume_key = requests[0]["ResourceConfig"].get("VolumeKmsKeyId")
        encryption.check_grant(volume_key, self.access_key, self.region, roles=(requests[0]["RoleArn"],))
        starting.prepare(requests[0], program, credentials, self.region)

    def describe_hyper_parameter_tuning_job(self) -> dict[str, Any]:
        with engine.reading():
            return views.description(self._tuning_job(self.params["HyperParameterTuningJobName"]), clock.now())

    def list_hyper_parameter_tuning_jobs(self) -> dict[str, Any]:
        with engine.reading():
            summaries = [views.summary(job) for job in self.sagemaker_backend.tuning_jobs]
        return listing.page(
            summaries,
            {"SortBy": "Name", "SortOrder": "Ascending", **self.params},
            into="HyperParameterTuningJobSummaries",
            name="HyperParameterTuningJobName",
            status="HyperParameterTuningJobStatus",
        )

    def list_training_jobs_for_hyper_parameter_tuning_job(self) -> dict[str, Any]:
        with engine.reading():
            job = self._tuning_job(self.params["HyperParameterTuningJobName"])
            rows = [views.trial_summary(job, trial) for trial in job.trials if trial.status.has_begun]
        if self.params.get("SortBy") == _BY_OBJECTIVE:
            rows = [{**row, _BY_OBJECTIVE: row[_OBJECTIVE]["Value"]} for row in rows if _OBJECTIVE in row]
        page = listing.page(
            rows,
            {"SortBy": "Name", "SortOrder": "Ascending", **self.params},
            into="TrainingJobSummaries",
            name="TrainingJobName",
            status="TrainingJobStatus",
            orders={_BY_OBJECTIVE: _BY_OBJECTIVE},
        )
        for row in page["TrainingJobSummaries"]:
            row.pop(_BY_OBJECTIVE, None)
        return page

    def stop_hyper_parameter_tuning_job(self) -> None:
        engine.stop(self._tuning_job(self.params["HyperParameterTuningJobName"]))

    def delete_hyper_parameter_tuning_job(self) -> None:
        """The entry goes; training jobs, models and logs stay."""
        with engine.reading():
            job = self._tuning_job(self.params["HyperParameterTuningJobName"])
            if job.status.is_live:
                raise invalid(
                    f"The hyperparameter tuning job {job.name} is in status {job.status}. Stop it before you delete it."
                )
            self.sagemaker_backend.tuning_jobs.remove(job.name)
            self.sagemaker_backend.tag_store.forget(job.arn)

    def _tuning_job(self, name: str) -> TuningJob:
        job: TuningJob | None = self.sagemaker_backend.tuning_jobs.find(name)
        if job is None:
            raise AwsError(
                "ResourceNotFound", f"Amazon SageMaker can't find a tuning job called {name}. Type another name."
            )
        return job


def _check_resources(given: Mapping[str, Any]) -> None:
    tuned = given.get("HyperParameterTuningResourceConfig")
    if (tuned is None) == (given.get("ResourceConfig") is None):
        raise invalid("Provide either ResourceConfig or HyperParameterTuningResourceConfig, and not both.")
    if tuned is None or not tuned.get("InstanceConfigs"):
        return
    for member in ("InstanceType", "InstanceCount", "VolumeSizeInGB"):
        if tuned.get(member):
            raise invalid(f"With InstanceConfigs, {member} stands in each of them.")
    if len(tuned["InstanceConfigs"]) > 1 and not tuned.get("AllocationStrategy"):
        raise invalid("More than one of InstanceConfigs needs an AllocationStrategy.")


def _check_quotas(requests: Sequence[Mapping[str, Any]], jobs: Any, most_parallel: int) -> None:
    """As many trials as run in parallel must fit into the limit of one configuration of instances."""
    *others, last = requests
    for request in others:
        try:
            starting.check_quota(request, jobs, most_parallel)
        except AwsError:
            continue
        return
    starting.check_quota(last, jobs, most_parallel)
