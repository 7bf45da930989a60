"""The event of CodePipeline, as its guide and the SAM CLI show it, parsed."""

import json

import pytest

from pipeline_job.job import Artifact, ArtifactCredentials, PipelineJob
from tests.conftest import ROOT

EVENTS = ROOT / "tests" / "events"
INPUT = Artifact("MyArtifact", "my-artifacts", "my-pipeline/MyArtifact/a1b2c3d")
REVISION = "4f9d1c07a5e2b8361d0c7fa95be2431876acde10"


def read(file: str) -> PipelineJob:
    return PipelineJob.from_event(json.loads((EVENTS / file).read_text()))


def test_the_guides_event_continues_a_job_and_has_no_output() -> None:
    job = read("codepipeline-job.json")
    assert (job.input_artifacts, job.output_artifacts) == ((INPUT,), ())
    assert job.continuation_token == "a continuation token if continuing job"


def test_the_event_of_a_first_call_has_revision_and_output_and_no_token() -> None:
    job = read("codepipeline-job-with-output.json")
    assert (job.id, job.account_id) == ("2b9f0c44-18de-4a6b-8f37-c0a1d2e3f405", "123456789012")
    assert job.user_parameters == "https://example.com"
    assert job.input_artifacts == (Artifact(INPUT.name, INPUT.bucket, INPUT.key, REVISION),)
    assert job.output_artifacts == (Artifact("MyReport", "my-artifacts", "my-pipeline/MyReport/e5f6a7b"),)
    assert job.credentials == ArtifactCredentials(
        "ASIAEXAMPLEOFARTIFAC", "a-secret-key-for-the-artifacts", "a-session-token"
    )
    assert (job.continuation_token, job.encryption_key) == (None, None)


def test_another_event_is_named_by_what_it_has() -> None:
    with pytest.raises(ValueError, match="Records"):
        PipelineJob.from_event({"Records": []})
