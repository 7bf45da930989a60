"""The test of the staging endpoint: ``test.py CONFIG RESULTS``. Needs boto3. It exits 1 if something is wrong.

It asks the endpoint for every row of the version's own test set, and holds the answers against the metric with which
the version was registered: an endpoint that serves another model, or reads its input otherwise, is found out here.
"""

import json
import math
import sys

import boto3

ROWS = 500
"""In one request: far below the 6 MB that InvokeEndpoint takes."""
TOLERANCE = 0.01


def read(url):
    """The object at an S3 URL, as text."""
    bucket, _, key = url[len("s3://") :].partition("/")
    return boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()


def registered(package):
    """The name and value of the metric in the version's evaluation: ``mse``, or ``accuracy`` of a classifier."""
    report = json.loads(read(package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]))
    if "regression_metrics" in report:
        return "mse", report["regression_metrics"]["mse"]["value"]
    return "accuracy", report["binary_classification_metrics"]["accuracy"]["value"]


def answers(endpoint, rows):
    """What the endpoint says to each row, in order."""
    runtime, found = boto3.client("sagemaker-runtime"), []
    for first in range(0, len(rows), ROWS):
        body = "\n".join(",".join(row[1:]) for row in rows[first : first + ROWS])
        answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=body)
        text = answer["Body"].read().decode()
        found += [float(number) for number in text.replace("\n", ",").split(",") if number.strip()]
    return found


def measured(metric, labels, predicted):
    """The metric of the answers."""
    rows = range(len(labels))
    if metric == "mse":
        return sum((labels[row] - predicted[row]) ** 2 for row in rows) / len(labels)
    return sum(labels[row] == round(predicted[row]) for row in rows) / len(labels)


def check(parameters):
    """The results of the test.

    Raises:
        ValueError: the endpoint is not as it should be.
    """
    sagemaker = boto3.client("sagemaker")
    endpoint = parameters["SageMakerProjectName"] + "-" + parameters["StageName"]
    status = sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointStatus"]
    if status != "InService":
        raise ValueError("the endpoint " + endpoint + " is " + status)
    package = sagemaker.describe_model_package(ModelPackageName=parameters["ModelPackageName"])
    rows = [line.split(",") for line in read(package["CustomerMetadataProperties"]["TestDataUrl"]).split()]
    found = answers(endpoint, rows)
    if len(found) != len(rows) or not all(map(math.isfinite, found)):
        raise ValueError(f"{len(found)} numbers came back for {len(rows)} rows, or some are not finite")
    metric, wanted = registered(package)
    value = measured(metric, [float(row[0]) for row in rows], found)
    if abs(value - wanted) > TOLERANCE * max(abs(wanted), TOLERANCE):
        raise ValueError(f"{metric} is {value:.4f} at the endpoint and {wanted:.4f} in the registry")
    return {"endpoint": endpoint, "modelPackage": parameters["ModelPackageName"], "rows": len(rows), metric: value}


def main(config, results):
    with open(config) as file:
        parameters = json.load(file)["Parameters"]
    try:
        found = check(parameters)
    except ValueError as error:
        sys.exit(f"the staging endpoint failed its test: {error}")
    with open(results, "w") as file:
        json.dump(found, file, indent=2)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
