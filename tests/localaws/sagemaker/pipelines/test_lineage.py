"""What pipelines leave in experiments, in the lineage and in Search: enough for the SDK's table of each step."""

from typing import Any

from tests.localaws.sagemaker.pipelines.conftest import Lab
from tests.localaws.sagemaker.pipelines.definitions import fail, parameter

COPY = """
    import os, shutil
    os.makedirs("/opt/ml/processing/copy", exist_ok=True)
    shutil.copy("/opt/ml/processing/data/train.csv", "/opt/ml/processing/copy/train.csv")
"""


def copying(lab: Lab) -> dict[str, Any]:
    place = f"s3://{lab.bucket}/{lab.names('copied')}"
    arguments = {
        "ProcessingInputs": [lab.source("data", f"s3://{lab.bucket}/train/")],
        "ProcessingOutputConfig": {"Outputs": [lab.output("copy", place)]},
    }
    return lab.script("Copy", COPY, arguments)


def test_the_lineage_of_a_step_is_found_as_the_sdk_looks_for_it(lab) -> None:
    step = copying(lab)
    ended = lab.run(lab.create(step))
    job = lab.step(ended["PipelineExecutionArn"], "Copy")["Metadata"]["ProcessingJob"]["Arn"]
    components = lab.sagemaker.list_trial_components(SourceArn=job)["TrialComponentSummaries"]
    assert [each["TrialComponentSource"]["SourceType"] for each in components] == ["SageMakerProcessingJob"]
    component = components[0]["TrialComponentArn"]
    came_from = lab.sagemaker.list_associations(DestinationArn=component)["AssociationSummaries"]
    went_to = lab.sagemaker.list_associations(SourceArn=component)["AssociationSummaries"]
    assert sorted(each["SourceType"] for each in came_from) == ["DataSet", "DataSet", "Image"]
    assert [(each["DestinationType"], each["AssociationType"]) for each in went_to] == [("DataSet", "Produced")]
    name = job.rpartition("/")[2] + "-aws-processing-job"
    described = lab.sagemaker.describe_trial_component(TrialComponentName=name)
    assert described["TrialComponentArn"] == component
    assert described["Status"]["PrimaryStatus"] == "Completed"


def test_an_execution_has_an_experiment_and_a_trial_unless_the_definition_says_none(lab) -> None:
    name = lab.create(fail("Stop"))
    ended = lab.run(name)
    names = {"ExperimentName": name, "TrialName": ended["PipelineExecutionArn"].rpartition("/")[2]}
    assert ended["PipelineExperimentConfig"] == names
    trials = lab.sagemaker.list_trials(ExperimentName=name)["TrialSummaries"]
    assert [each["TrialName"] for each in trials] == [names["TrialName"]]
    lab.run(name)
    assert len(lab.sagemaker.list_trials(ExperimentName=name)["TrialSummaries"]) == 2
    without = lab.run(lab.create(fail("Stop"), root={"PipelineExperimentConfig": None}))
    assert "PipelineExperimentConfig" not in without
    given = {"ExperimentName": {"Get": "Parameters.Name"}, "TrialName": "first"}
    chosen = lab.create(fail("Stop"), parameters=[parameter("Name")], root={"PipelineExperimentConfig": given})
    mine = lab.names("mine")
    assert lab.run(chosen, {"Name": mine})["PipelineExperimentConfig"] == {"ExperimentName": mine, "TrialName": "first"}


def test_a_job_of_a_pipeline_names_its_experiment(lab) -> None:
    ended = lab.run(lab.create(copying(lab)))
    job = lab.step(ended["PipelineExecutionArn"], "Copy")["Metadata"]["ProcessingJob"]["Arn"].rpartition("/")[2]
    described = lab.sagemaker.describe_processing_job(ProcessingJobName=job)
    assert described["ExperimentConfig"] == ended["PipelineExperimentConfig"]


def test_pipelines_and_executions_are_searched(lab) -> None:
    name = lab.create(fail("Stop"), parameters=[parameter("P", default="a")], Tags=[{"Key": "kind", "Value": "stops"}])
    arn = lab.run(name)["PipelineExecutionArn"]

    def found(kind: str, filter_name: str, value: str) -> list[dict[str, Any]]:
        expression = {"Filters": [{"Name": filter_name, "Operator": "Equals", "Value": value}]}
        return [each[kind] for each in lab.sagemaker.search(Resource=kind, SearchExpression=expression)["Results"]]

    assert [each["PipelineName"] for each in found("Pipeline", "PipelineName", name)] == [name]
    executions = found("PipelineExecution", "PipelineExecutionArn", arn)
    assert [each["PipelineExecutionStatus"] for each in executions] == ["Failed"]
    assert executions[0]["PipelineParameters"] == [{"Name": "P", "Value": "a"}]
