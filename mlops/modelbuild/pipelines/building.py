"""A SageMaker pipeline from plain data: its steps, the files that they read, and the calls that run it.

It needs boto3 and nothing else, which every build has. A module whose ``get_pipeline`` gives a ``Pipeline`` of
SageMaker's Python SDK is run in the same way: the build installs the SDK then.
https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-pipeline.html
"""

import hashlib
import json
import os
from pathlib import Path

import boto3

INSTANCE = "ml.m5.large"
FOLDER = "/opt/ml/processing"
EXECUTION_ID = {"Get": "Execution.PipelineExecutionId"}


class Pipeline:
    """A definition, and the local files that it names: ``{key in the bucket: file}``. ``upsert`` uploads them."""

    def __init__(self, name, bucket, parameters, steps, files):
        self.name, self.bucket, self.files = name, bucket, files
        self.document = {
            "Version": "2020-12-01",
            "Metadata": {},
            "Parameters": parameters,
            "PipelineExperimentConfig": None,
            "Steps": steps,
        }

    def definition(self):
        """The definition's text."""
        return json.dumps(self.document, indent=2)

    def upsert(self, role_arn, description="", tags=()):
        """Upload the files, then create the pipeline, or update the one of that name; the answer has its ARN."""
        s3, sagemaker = boto3.client("s3"), boto3.client("sagemaker")
        for key, file in self.files.items():
            s3.put_object(Bucket=self.bucket, Key=key, Body=file.read_bytes())
        wanted = {
            "PipelineName": self.name,
            "PipelineDefinition": self.definition(),
            "PipelineDescription": description or self.name,
            "RoleArn": role_arn,
        }
        try:
            return sagemaker.create_pipeline(**wanted, Tags=list(tags))
        except sagemaker.exceptions.ClientError as error:
            if "already exists" not in str(error):
                raise
        return sagemaker.update_pipeline(**wanted)

    def start(self):
        """Start an execution; its ARN."""
        return boto3.client("sagemaker").start_pipeline_execution(PipelineName=self.name)["PipelineExecutionArn"]


class Places:
    """Where the pipeline's files lie: below ``prefix`` in ``bucket``, each under a name that its content decides."""

    def __init__(self, bucket, prefix, image, role):
        self.bucket, self.prefix, self.image, self.role, self.files = bucket, prefix, image, role, {}

    def file(self, path):
        """The S3 URL under which ``path`` is uploaded. Another content has another URL: no run reads a later one."""
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        key = "/".join([self.prefix, "files", digest, path.name])
        self.files[key] = path
        return "s3://" + self.bucket + "/" + key

    def of_run(self, *parts):
        """A place that each execution has for itself."""
        return joined("/", "s3:/", self.bucket, "runs", EXECUTION_ID, *parts)


def joined(between, *values):
    """Values as one text, made when the pipeline runs."""
    return {"Std:Join": {"On": between, "Values": list(values)}}


def commit():
    """The commit that is built; ``unknown`` outside of a build."""
    return os.environ.get("COMMIT_ID") or os.environ.get("CODEBUILD_RESOLVED_SOURCE_VERSION") or "unknown"


def table():
    """The data of this repository: the newest file of ``data/`` by name.

    Raises:
        FileNotFoundError: there is none.
    """
    found = sorted(Path("data").glob("*.csv"))
    if not found:
        raise FileNotFoundError("data/ holds no .csv: add the table, or give input_data_url among --kwargs")
    return found[-1]


def parameter(name, kind, default):
    """A parameter of the pipeline: ``kind`` is String, Integer or Float."""
    return {"Name": name, "Type": kind, "DefaultValue": default}


def output(step, name):
    """The S3 URL of a processing step's output."""
    return {"Get": "Steps." + step + ".ProcessingOutputConfig.Outputs['" + name + "'].S3Output.S3Uri"}


def processing(name, places, script, inputs, outputs, arguments=(), report=None):
    """A step that runs ``script`` on ``inputs`` (folder name: S3 URL) and keeps the folders ``outputs``.

    ``report`` is an output whose ``evaluation.json`` conditions can read.
    """
    sources = {**inputs, "input/code" if "input" in inputs else "code": places.file(script)}
    entry = FOLDER + ("/input/code/" if "input" in inputs else "/code/") + script.name
    step = {
        "Name": name,
        "Type": "Processing",
        "Arguments": {
            "ProcessingResources": {
                "ClusterConfig": {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 30}
            },
            "AppSpecification": {"ImageUri": places.image, "ContainerEntrypoint": ["python3", entry, *arguments]},
            "RoleArn": places.role,
            "ProcessingInputs": [_input(folder, url) for folder, url in sources.items()],
            "ProcessingOutputConfig": {"Outputs": [_output(each, places.of_run(each)) for each in outputs]},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    }
    if report:
        step["PropertyFiles"] = [{"PropertyFileName": name, "OutputName": report, "FilePath": "evaluation.json"}]
    return step


def _input(folder, url):
    return {
        "InputName": folder.rpartition("/")[2],
        "S3Input": {
            "S3Uri": url,
            "LocalPath": FOLDER + "/" + folder,
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        },
    }


def _output(name, url):
    place = {"S3Uri": url, "LocalPath": FOLDER + "/" + name, "S3UploadMode": "EndOfJob"}
    return {"OutputName": name, "S3Output": place}


def training(name, places, channels, hyperparameters):
    """A step that trains SageMaker's built-in XGBoost on ``channels`` (name: S3 URL of CSV files)."""
    return {
        "Name": name,
        "Type": "Training",
        "Arguments": {
            "AlgorithmSpecification": {"TrainingImage": places.image, "TrainingInputMode": "File"},
            "RoleArn": places.role,
            "HyperParameters": hyperparameters,
            "InputDataConfig": [_channel(channel, url) for channel, url in channels.items()],
            "OutputDataConfig": {"S3OutputPath": "s3://" + places.bucket + "/models"},
            "ResourceConfig": {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        },
    }


def _channel(name, url):
    source = {"S3DataType": "S3Prefix", "S3Uri": url, "S3DataDistributionType": "FullyReplicated"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


def registration(name, places, group, train, evaluate, properties):
    """A step that registers the model of ``train`` as a version of ``group``, with the report of ``evaluate``.

    ``properties`` are kept with the version: what it was made of, so that everybody can find it later.
    """
    container = {
        "Image": places.image,
        "ModelDataUrl": {"Get": "Steps." + train + ".ModelArtifacts.S3ModelArtifacts"},
    }
    report = {
        "ContentType": "application/json",
        "S3Uri": joined("/", output(evaluate, "evaluation"), "evaluation.json"),
    }
    return {
        "Name": name,
        "Type": "RegisterModel",
        "Arguments": {
            "ModelPackageGroupName": group,
            "ModelApprovalStatus": {"Get": "Parameters.ModelApprovalStatus"},
            "ModelMetrics": {"ModelQuality": {"Statistics": report}},
            "CustomerMetadataProperties": properties,
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
                "SupportedRealtimeInferenceInstanceTypes": [INSTANCE],
                "SupportedTransformInstanceTypes": [INSTANCE],
            },
        },
    }


def gate(name, evaluate, path, comparison, limit, passed, missed):
    """A condition on the report of ``evaluate``: ``passed`` are the steps that run if the number at ``path`` fits.

    ``comparison`` is LessThanOrEqualTo or GreaterThanOrEqualTo, ``limit`` a parameter's name, ``missed`` what is said
    when it does not fit and the execution fails.
    """
    report = {"Get": "Steps." + evaluate + ".PropertyFiles." + evaluate}
    number, bound = {"Std:JsonGet": {"PropertyFile": report, "Path": path}}, {"Get": "Parameters." + limit}
    failed = {"Name": name + "Missed", "Type": "Fail", "Arguments": {"ErrorMessage": joined(" ", missed, bound)}}
    condition = {"Type": comparison, "LeftValue": number, "RightValue": bound}
    return {
        "Name": name,
        "Type": "Condition",
        "Arguments": {"Conditions": [condition], "IfSteps": passed, "ElseSteps": [failed]},
    }
