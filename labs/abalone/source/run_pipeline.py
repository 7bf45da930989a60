"""The build that makes the model: brings the SageMaker pipeline up to date, starts it and follows it to its end. Needs
boto3.

Variables: PIPELINE, PIPELINE_ROLE_ARN, DEFINITION (a file), PLACES (JSON: what the definition's placeholders stand
for), TAGS (JSON). Exits 1 when the execution did not succeed, which fails the build and so the stage.
"""

import json
import os
import sys
import time

import boto3

sagemaker = boto3.client("sagemaker")


def definition():
    """The definition with its placeholders filled in."""
    with open(os.environ["DEFINITION"]) as file:
        text = file.read()
    for name, value in json.loads(os.environ["PLACES"]).items():
        text = text.replace("${" + name + "}", value)
    return text


def upsert(name):
    """Create the pipeline, or update the one of that name."""
    wanted = {
        "PipelineName": name,
        "PipelineDefinition": definition(),
        "RoleArn": os.environ["PIPELINE_ROLE_ARN"],
    }
    tags = [{"Key": key, "Value": value} for key, value in json.loads(os.environ["TAGS"]).items()]
    try:
        sagemaker.create_pipeline(**wanted, Tags=tags)
    except sagemaker.exceptions.ClientError as error:
        if "already exists" not in str(error):
            raise
        sagemaker.update_pipeline(**wanted)


def follow(execution):
    """Print each step as it ends; the execution's status at its end."""
    told = set()
    while True:
        status = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)["PipelineExecutionStatus"]
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution, SortOrder="Ascending")
        for step in listed["PipelineExecutionSteps"]:
            if step["StepStatus"] in ("Succeeded", "Failed", "Stopped") and step["StepName"] not in told:
                told.add(step["StepName"])
                print(f"{step['StepName']}: {step['StepStatus']} {step.get('FailureReason', '')}".rstrip(), flush=True)
        if status not in ("Executing", "Stopping"):
            return status
        time.sleep(1)


def main():
    name = os.environ["PIPELINE"]
    upsert(name)
    execution = sagemaker.start_pipeline_execution(PipelineName=name)["PipelineExecutionArn"]
    print(execution, flush=True)
    status = follow(execution)
    print(status)
    sys.exit(0 if status == "Succeeded" else 1)


if __name__ == "__main__":
    main()
