"""Custom action types: a worker polls, acknowledges, and reports."""

from typing import Any

import pytest

from tests.localaws.codepipeline.workbench import action, stage
from tests.localaws.waiting import wait_until


def make_type(bench: Any) -> dict[str, str]:
    provider = bench.unique("Worker")
    none = {"minimumCount": 0, "maximumCount": 1}
    bench.codepipeline.create_custom_action_type(
        category="Test",
        provider=provider,
        version="1",
        configurationProperties=[{"name": "Suite", "required": True, "key": True, "secret": False, "queryable": True}],
        inputArtifactDetails=none,
        outputArtifactDetails=none,
    )
    return {"category": "Test", "owner": "Custom", "provider": provider, "version": "1"}


def test_a_worker_takes_a_job_and_ends_it(bench: Any) -> None:
    kind = make_type(bench)
    custom = action(
        "Work", "Test", kind["provider"], owner="Custom", configuration={"Suite": "all"}, inputs=["SourceOutput"]
    )
    name = bench.create(stage("Custom", custom))
    poll = bench.codepipeline.poll_for_jobs
    job = wait_until(lambda: poll(actionTypeId=kind)["jobs"])[0]
    assert job["data"]["actionConfiguration"]["configuration"] == {"Suite": "all"}
    assert job["data"]["inputArtifacts"][0]["name"] == "SourceOutput"
    assert poll(actionTypeId=kind)["jobs"] == []
    acknowledged = bench.codepipeline.acknowledge_job(jobId=job["id"], nonce=job["nonce"])
    assert acknowledged["status"] == "InProgress"
    bench.codepipeline.put_job_success_result(jobId=job["id"], executionDetails={"summary": "done"})
    assert bench.ended(name) == "Succeeded"


def test_only_jobs_with_the_asked_configuration_are_handed_out(bench: Any) -> None:
    kind = make_type(bench)
    bench.create(
        stage("Custom", action("Work", "Test", kind["provider"], owner="Custom", configuration={"Suite": "all"}))
    )
    poll = bench.codepipeline.poll_for_jobs
    assert poll(actionTypeId=kind, queryParam={"Suite": "other"})["jobs"] == []
    assert wait_until(lambda: poll(actionTypeId=kind, queryParam={"Suite": "all"})["jobs"])


def test_a_wrong_nonce_is_refused(bench: Any) -> None:
    kind = make_type(bench)
    bench.create(
        stage("Custom", action("Work", "Test", kind["provider"], owner="Custom", configuration={"Suite": "all"}))
    )
    job = wait_until(lambda: bench.codepipeline.poll_for_jobs(actionTypeId=kind)["jobs"])[0]
    with pytest.raises(bench.codepipeline.exceptions.InvalidNonceException):
        bench.codepipeline.acknowledge_job(jobId=job["id"], nonce="99")


def test_a_required_key_of_a_custom_type_must_be_given(bench: Any) -> None:
    kind = make_type(bench)
    with pytest.raises(bench.codepipeline.exceptions.InvalidActionDeclarationException, match="Suite"):
        bench.create(stage("Custom", action("Work", "Test", kind["provider"], owner="Custom")))


def test_a_deleted_type_cannot_be_used(bench: Any) -> None:
    kind = make_type(bench)
    bench.codepipeline.delete_custom_action_type(category="Test", provider=kind["provider"], version="1")
    with pytest.raises(bench.codepipeline.exceptions.InvalidActionDeclarationException, match="not available"):
        bench.create(stage("Custom", action("Work", "Test", kind["provider"], owner="Custom")))


def test_put_action_revision_starts_the_pipeline_once_for_each_revision(bench: Any) -> None:
    name = bench.create(stage("Gate", action("Approve", "Approval", "Manual")))
    revision = {"revisionId": "r1", "revisionChangeId": "c1", "created": 1_700_000_000}
    members = {"pipelineName": name, "stageName": "Source", "actionName": "Fetch", "actionRevision": revision}
    first = bench.codepipeline.put_action_revision(**members)
    again = bench.codepipeline.put_action_revision(**members)
    assert (first["newRevision"], again["newRevision"]) == (True, False)
    assert len(bench.executions(name)) == 2
