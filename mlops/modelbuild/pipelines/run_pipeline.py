"""``run-pipeline``: brings the pipeline of a module up to date, starts it and follows it to its end.

Exits 0 when the execution Succeeded, 1 when it did not, and 2 when an option is missing.
"""

import argparse
import sys
import time

import boto3

from pipelines.modules import pipeline_of, tags

RUNNING = ("Executing", "Stopping")
ENDED = ("Succeeded", "Failed", "Stopped")


def options():
    parser = argparse.ArgumentParser("run-pipeline", description="Create or update a pipeline, and run it.")
    parser.add_argument("-n", "--module-name", required=True, help="The module, such as pipelines.abalone.pipeline.")
    parser.add_argument("-kwargs", "--kwargs", help="Keyword arguments of get_pipeline, as JSON.")
    parser.add_argument("-role-arn", "--role-arn", required=True, help="The role of the pipeline.")
    parser.add_argument("-description", "--description", default="", help="What the pipeline is for.")
    parser.add_argument("-tags", "--tags", help='Tags as JSON: [{"Key": ..., "Value": ...}, ...]')
    return parser.parse_args()


def follow(arn):
    """Print each step once when it ends; the execution's status at its end."""
    sagemaker, told = boto3.client("sagemaker"), set()
    while True:
        status = sagemaker.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
        listed = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=arn, SortOrder="Ascending")
        for step in listed["PipelineExecutionSteps"]:
            if step["StepStatus"] in ENDED and step["StepName"] not in told:
                told.add(step["StepName"])
                words = [step["StepName"], step["StepStatus"], step.get("FailureReason", "")]
                print(" ".join(word for word in words if word), flush=True)
        if status not in RUNNING:
            return status
        time.sleep(1)


def main():
    chosen = options()
    pipeline = pipeline_of(chosen.module_name, chosen.kwargs)
    answer = pipeline.upsert(role_arn=chosen.role_arn, description=chosen.description, tags=tags(chosen.tags))
    print(answer["PipelineArn"], flush=True)
    execution = pipeline.start()
    arn = execution if isinstance(execution, str) else execution.arn
    print(arn, flush=True)
    status = follow(arn)
    print(status, flush=True)
    return 0 if status == "Succeeded" else 1


if __name__ == "__main__":
    sys.exit(main())
