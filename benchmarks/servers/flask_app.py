"""Baseline: an ordinary model server, a Flask application for gunicorn's gevent workers, parsing CSV the way the public
serving code of the algorithm's image does (sniff the delimiter, an array of strings, then of numbers, then a DMatrix).

``MODEL_FILE=... gunicorn -k gevent -w 2 benchmarks.servers.flask_app:app``
"""

import csv
import os

import flask
import numpy as np
import xgboost

app = flask.Flask(__name__)
booster = xgboost.Booster(model_file=os.environ["MODEL_FILE"])
booster.set_param({"nthread": 1})


@app.post("/invocations")
def invocations() -> flask.Response:
    """Score a CSV body."""
    text = flask.request.get_data().decode().strip()
    delimiter = csv.Sniffer().sniff(text.split("\n", 1)[0][:512], delimiters=",;\t").delimiter
    cells = np.array([line.split(delimiter) for line in text.split("\n")]).astype(np.float32)
    predictions = booster.predict(xgboost.DMatrix(cells), validate_features=False)
    return flask.Response("\n".join(map(str, predictions.tolist())) + "\n", mimetype="text/csv")
