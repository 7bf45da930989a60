"""What the embedded AWS's own process loads for SageMaker: the numeric libraries belong to the child processes."""

import subprocess
import sys

PROGRAM = """
import moto.sagemaker.models, sys
import rehearsal.localaws.sagemaker.responses
print(*sorted({"numpy", "xgboost", "scipy", "moto.applicationautoscaling.models"} & set(sys.modules)))
"""


def test_the_room_loads_no_numeric_library_and_no_service_that_it_can_do_without():
    loaded = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True).stdout
    assert loaded.split() == []
