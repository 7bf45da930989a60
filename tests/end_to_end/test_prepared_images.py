"""An old image's environment, installed for real: its own XGBoost reads, in a job, the model that was trained here for
it.

At full size only: each environment weighs hundreds of megabytes.
"""

from pathlib import Path

import pytest

from tests.conftest import start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import rehearse
from tests.localaws.sagemaker.job_data import TRAIN, csv
from tests.localaws.sagemaker.pipelines.conftest import ALLOWED, Lab, make_role
from tests.localaws.sagemaker.pipelines.definitions import get, training

REGISTRY = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost"
BUCKET = "prepared-under-test"
EVALUATE = """
import glob, os, pickle, tarfile
import numpy, xgboost
tarfile.open(glob.glob("/opt/ml/processing/model/*.gz")[0]).extractall("/opt/ml/processing/unpacked")
path = "/opt/ml/processing/unpacked/xgboost-model"
if xgboost.__version__ < "1.3":
    model = pickle.load(open(path, "rb"))
else:
    model = xgboost.Booster()
    model.load_model(path)
rows = numpy.loadtxt("/opt/ml/processing/rows/train.csv", delimiter=",")
error = numpy.abs(model.predict(xgboost.DMatrix(rows[:, 1:])) - rows[:, 0]).mean()
os.makedirs("/opt/ml/processing/told", exist_ok=True)
open("/opt/ml/processing/told/told.txt", "w").write("%s %.3f" % (xgboost.__version__, error))
"""


def steps(lab: Lab, image: str) -> list[dict]:
    """Train with the image's algorithm; read the model with a script in the same image."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/train/"}}
    request = {
        "AlgorithmSpecification": {"TrainingImage": image, "TrainingInputMode": "File"},
        "HyperParameters": {"num_round": "40", "objective": "reg:squarederror"},
        "InputDataConfig": [{"ChannelName": "train", "ContentType": "text/csv", "DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/models"},
        "RoleArn": lab.role,
    }
    arguments = {
        "ProcessingInputs": [
            lab.source("model", get("Steps.Train.ModelArtifacts.S3ModelArtifacts")),
            lab.source("rows", f"s3://{BUCKET}/train/"),
        ],
        "ProcessingOutputConfig": {"Outputs": [lab.output("told", f"s3://{BUCKET}/told")]},
    }
    evaluate = lab.script("Evaluate", EVALUATE, arguments)
    evaluate["Arguments"]["AppSpecification"]["ImageUri"] = image
    return [training("Train", request), evaluate]


@pytest.mark.full("images")
@pytest.mark.parametrize(("release", "own"), [("1.0-1", "1.0.0"), ("1.5-1", "1.5.2"), ("3.0-5", "3.2.0")])
def test_a_prepared_image_reads_the_model_of_its_release(release: str, own: str, unique, tmp_path: Path) -> None:
    image, folder = f"{REGISTRY}:{release}", {"REHEARSAL_PREPARED_IMAGES": str(tmp_path)}
    done = rehearse("images", "prepare", image, env=folder, timeout=1500)
    assert done.exit_code == 0, done.err
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(*next(iter(folder.items())))
        aws = start_embedded_aws()
    try:
        s3 = aws.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="train/train.csv", Body=csv(TRAIN))
        lab = Lab(aws, make_role(aws, "prepared-under-test", ALLOWED), BUCKET, unique)
        ended = lab.run(lab.create(*steps(lab, image)))
        assert ended["PipelineExecutionStatus"] == "Succeeded", lab.steps(ended["PipelineExecutionArn"])
        version, error = s3.get_object(Bucket=BUCKET, Key="told/told.txt")["Body"].read().decode().split()
    finally:
        stop_embedded_aws(aws)
    assert version == own
    assert float(error) < 0.2
