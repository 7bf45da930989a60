"""The build of ModelDeploy: which version is deployed, and the parameters of the two stacks. Needs boto3.

Variables: SAGEMAKER_PROJECT_NAME, SAGEMAKER_PROJECT_ID, MODEL_PACKAGE_GROUP_NAME, MODEL_PACKAGE_ARN (``newest``, or the
ARN of an approved version), MODEL_EXECUTION_ROLE_ARN, ARTIFACT_BUCKET. Writes ``<stage>-config-export.json`` for each
stage, and prints the version's ARN on the last line; ``none`` where no version is approved yet.
"""

import json
import os
import sys

import boto3

STAGES = ("staging", "prod")
NEWEST, NONE = "newest", "none"


def newest(sagemaker, group):
    """The ARN of the version that was registered last among those that are approved; ``none`` where there is none."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, ModelApprovalStatus="Approved", SortBy="CreationTime", SortOrder="Descending"
    )
    for page in pages:
        for package in page["ModelPackageSummaryList"]:
            return package["ModelPackageArn"]
    return NONE


def chosen(sagemaker, group, wanted):
    """The version to deploy.

    Raises:
        SystemExit: the one that was asked for is not of this group, or not approved.
    """
    if wanted == NEWEST:
        return newest(sagemaker, group)
    package = sagemaker.describe_model_package(ModelPackageName=wanted)
    if package["ModelPackageGroupName"] != group:
        sys.exit(wanted + " is no version of " + group)
    if package["ModelApprovalStatus"] != "Approved":
        sys.exit(wanted + " is " + package["ModelApprovalStatus"] + ", and only an approved version is deployed")
    return wanted


def export(config, environment, package):
    """The template configuration of one stage: its own parameters, and those that the project decides."""
    name, id_ = environment["SAGEMAKER_PROJECT_NAME"], environment["SAGEMAKER_PROJECT_ID"]
    stage = config["Parameters"]["StageName"]
    decided = {
        "SageMakerProjectName": name,
        "SageMakerProjectId": id_,
        "ModelPackageName": package,
        "ModelExecutionRoleArn": environment["MODEL_EXECUTION_ROLE_ARN"],
        "DataCaptureUploadPath": "s3://" + environment["ARTIFACT_BUCKET"] + "/captured/" + stage,
    }
    tags = {"sagemaker:project-name": name, "sagemaker:project-id": id_, "sagemaker:deployment-stage": stage}
    return {
        "Parameters": {**config["Parameters"], **decided},
        "Tags": {**config.get("Tags", {}), **tags},
    }


def main(environment):
    group = environment["MODEL_PACKAGE_GROUP_NAME"]
    package = chosen(boto3.client("sagemaker"), group, environment.get("MODEL_PACKAGE_ARN", NEWEST))
    for stage in STAGES:
        with open(stage + "-config.json") as file:
            config = json.load(file)
        with open(stage + "-config-export.json", "w") as file:
            json.dump(export(config, environment, package), file, indent=2)
    print(package)


if __name__ == "__main__":
    main(os.environ)
