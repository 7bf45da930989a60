"""The algorithm as a program: ``train`` or ``serve``, in a container's folders (``SAGEMAKER_BASE_DIR``, else
``/opt/ml``).

Exit code 0 means trained; 1 means that it failed and that ``output/failure`` says why.
"""

import argparse
import logging
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path

from rehearsal.localaws.algorithms.xgboost import lean_import
from rehearsal.localaws.algorithms.xgboost.versions import ImageVersion


def main(argv: Sequence[str] | None = None) -> int:
    """Run one half of the algorithm; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="rehearsal.localaws.algorithms.xgboost")
    parser.add_argument("--image-tag", default="3.2-0", help="the release of the image whose rules apply")
    halves = parser.add_subparsers(dest="half", required=True)
    halves.add_parser("train", help="train on the channels and leave a model")
    serve = halves.add_parser("serve", help="answer requests with the model of the model folder")
    serve.add_argument("--port", type=int, default=8080, help="port on 127.0.0.1; 0 takes a free one")
    options = parser.parse_args(argv)
    logging.basicConfig(
        level=logging.INFO,
        stream=sys.stdout,
        format="[%(asctime)s:%(levelname)s] %(message)s",
        datefmt="%Y-%m-%d:%H:%M:%S",
    )
    lean_import.install()
    version = ImageVersion.parse(options.image_tag)
    return _train(version) if options.half == "train" else _serve(version, options.port)


def _train(version: ImageVersion) -> int:
    from rehearsal.localaws.algorithms.xgboost import training  # after the lean import
    from rehearsal.localaws.algorithms.xgboost.environment import TrainingEnvironment, write_failure

    try:
        training.train(TrainingEnvironment.read(), version)
    except Exception as error:  # noqa: BLE001  the outermost edge: whatever it is, the service must be told
        trace = traceback.format_exc()
        print(trace, flush=True)
        # the image writes the trace first, so that the service cuts off the message; here the message comes first
        write_failure(f"framework error: \n{error}\n\n{trace}")
        return 1
    return 0


def _serve(version: ImageVersion, port: int) -> int:
    from rehearsal.localaws.algorithms.xgboost import server, serving  # after the lean import
    from rehearsal.localaws.algorithms.xgboost.environment import DEFAULT_BASE

    folder = Path(os.environ.get("SAGEMAKER_BASE_DIR") or DEFAULT_BASE, "model")
    try:
        scorer = serving.Scorer.load(folder, os.environ, version)
    except (serving.ModelError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    with server.make(scorer, port) as http:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=http.shutdown).start())
        print(f"serving {folder} on http://{server.HOST}:{http.server_port}", flush=True)
        http.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
