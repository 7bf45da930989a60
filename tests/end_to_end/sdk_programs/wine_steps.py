"""The scripts and data of the programs: written to the working folder, from where the SDKs upload them. Imports numpy
alone."""

from pathlib import Path

import numpy as np

PREPARE = """
import argparse, os
import numpy as np
parser = argparse.ArgumentParser()
parser.add_argument("--share", type=float, default=0.8)
share = parser.parse_args().share
rows = np.loadtxt("/opt/ml/processing/input/rows.csv", delimiter=",")
cut = int(len(rows) * share)
for name, part in (("train", rows[:cut]), ("test", rows[cut:])):
    os.makedirs("/opt/ml/processing/" + name, exist_ok=True)
    np.savetxt("/opt/ml/processing/%s/%s.csv" % (name, name), part, delimiter=",")
"""
EVALUATE = """
import json, os, tarfile
import numpy as np
import xgboost
with tarfile.open("/opt/ml/processing/model/model.tar.gz") as archive:
    archive.extractall("/opt/ml/processing/unpacked")
booster = xgboost.Booster()
booster.load_model("/opt/ml/processing/unpacked/xgboost-model")
rows = np.loadtxt("/opt/ml/processing/test/test.csv", delimiter=",")
mse = float(np.mean((booster.predict(xgboost.DMatrix(rows[:, 1:])) - rows[:, 0]) ** 2))
os.makedirs("/opt/ml/processing/evaluation", exist_ok=True)
with open("/opt/ml/processing/evaluation/evaluation.json", "w") as file:
    json.dump({"regression_metrics": {"mse": {"value": mse}}}, file)
"""
TRAIN = """
import argparse, json, os
import numpy as np
parser = argparse.ArgumentParser()
parser.add_argument("--degree", type=int)
degree = parser.parse_args().degree
rows = np.loadtxt(os.path.join(os.environ["SM_CHANNEL_TRAIN"], "train.csv"), delimiter=",")
mean = float(rows[:, 0].mean())
with open(os.path.join(os.environ["SM_MODEL_DIR"], "mean.json"), "w") as file:
    json.dump({"mean": mean, "degree": degree}, file)
"""
INFERENCE = """
import json, os
def model_fn(folder):
    with open(os.path.join(folder, "mean.json")) as file:
        return json.load(file)["mean"]
def predict_fn(rows, mean):
    return [mean] * len(rows)
"""
WRITE_NAME = """
import boto3
def handler(event, context):
    boto3.client("ssm").put_parameter(Name=event["name"], Value=event["model"], Type="String", Overwrite=True)
    return {"statusCode": 200, "written": event["model"]}
"""
"""The function of a Lambda step that hands a model's name on."""


def write() -> None:
    """The files, below the working folder."""
    random = np.random.default_rng(7).random((240, 3))
    np.savetxt("rows.csv", np.column_stack([random @ [1, 2, 3], random]), delimiter=",")
    np.savetxt("features.csv", random[:5], delimiter=",")
    Path("source").mkdir(exist_ok=True)
    for name, text in {
        "prepare.py": PREPARE,
        "evaluate.py": EVALUATE,
        "source/train.py": TRAIN,
        "source/inference.py": INFERENCE,
    }.items():
        Path(name).write_text(text)
