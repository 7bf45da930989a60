"""EC2 is loaded when it is asked for, and is one and the same for all who ask."""

import subprocess
import sys

_PROGRAM = """
import sys
from rehearsal.localaws.moto_bridge import ec2_later
ec2_later.install()
import moto.ssm.models, moto.ecs.models
assert not {"moto.ec2", "moto.ec2.models"} & {*sys.modules}, "EC2 was loaded"
asked = moto.ssm.models.ec2_backends["123456789012"]["us-east-1"]
assert "moto.ec2.models" in sys.modules
from moto.backends import get_backend
assert get_backend("ec2")["123456789012"]["us-east-1"] is asked
assert moto.ecs.models.ec2_backends["123456789012"]["us-east-1"] is asked
"""


def test_systems_manager_does_not_load_ec2_and_finds_it_when_it_asks() -> None:
    ran = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
