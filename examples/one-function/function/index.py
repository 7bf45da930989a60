"""The pipeline's function: counts the files of the source zip and answers CodePipeline."""

import io
import json
import zipfile

import boto3

codepipeline = boto3.client("codepipeline")


def handler(event, _context):
    """Called by CodePipeline with a job; the action waits until one of the two results is put."""
    job = event["CodePipeline.job"]
    parameters = json.loads(job["data"]["actionConfiguration"]["configuration"]["UserParameters"])
    names = file_names(job["data"])
    if len(names) > parameters["max-files"]:
        message = f"{len(names)} files, {parameters['max-files']} are allowed"
        details = {"type": "JobFailed", "message": message}
        codepipeline.put_job_failure_result(jobId=job["id"], failureDetails=details)
        return
    print(f"{len(names)} files: {', '.join(names)}")
    codepipeline.put_job_success_result(
        jobId=job["id"],
        executionDetails={"summary": f"{len(names)} files"},
        outputVariables={"Files": str(len(names))},
    )


def file_names(data):
    """The names of the files in the action's input artifact, read with the keys that came with the job."""
    keys = data["artifactCredentials"]
    s3 = boto3.client(
        "s3",
        aws_access_key_id=keys["accessKeyId"],
        aws_secret_access_key=keys["secretAccessKey"],
        aws_session_token=keys["sessionToken"],
    )
    place = data["inputArtifacts"][0]["location"]["s3Location"]
    body = s3.get_object(Bucket=place["bucketName"], Key=place["objectKey"])["Body"].read()
    return sorted(zipfile.ZipFile(io.BytesIO(body)).namelist())
