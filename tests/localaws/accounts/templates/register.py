"""What the pipeline runs in the build account: register a version, and say which to the stages that deploy it."""

import json
import sys
from pathlib import Path

import boto3


def main(group: str, data: str) -> None:
    """Register the model data as a version of the group; write each stage's template configuration."""
    image = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
    specification = {
        "Containers": [{"Image": image, "ModelDataUrl": data}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    arn = boto3.client("sagemaker").create_model_package(
        ModelPackageGroupName=group.rpartition("/")[2], InferenceSpecification=specification
    )["ModelPackageArn"]
    suffix = arn.split("/")[1].removeprefix("models-")
    for stage in ("staging", "production"):
        told = {"Parameters": {"ModelPackage": arn, "Suffix": suffix}}
        Path(f"{stage}.json").write_text(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
