"""What moto worked out for every request is worked out once, and comes out the same."""

import subprocess
import sys

import pytest

PROGRAM = """
import boto3, botocore.session
from rehearsal.localaws.moto_bridge import moto_once, service_models
from moto import backends
from moto.core import responses
from werkzeug.routing import Map, Rule

modules, methods = list(backends.list_of_moto_modules()), responses.method_names_from_class(responses.BaseResponse)
model = botocore.session.Session().get_service_model("sqs").metadata
moto_once.install()
service_models.install()
{check}
"""
CHECKS = {
    "services": "assert list(backends.list_of_moto_modules()) == modules == list(backends.list_of_moto_modules())",
    "methods": "assert responses.method_names_from_class(responses.BaseResponse) == methods",
    "routes": (
        "urls = Map([Rule('/<bucket>/<path:key>', endpoint='object')]).bind('localhost')\n"
        "assert urls.match('/b/a/k') == ('object', {'bucket': 'b', 'key': 'a/k'})\n"
        "assert urls.build('object', {'bucket': 'b', 'key': 'a/k', 'versionId': '1'}) == '/b/a/k?versionId=1'"
    ),
    "models": (
        "one, other = botocore.session.Session(), botocore.session.Session()\n"
        "assert one.get_service_model('sqs').metadata == model\n"
        "assert one.get_service_data('sqs') is other.get_service_data('sqs')"
    ),
    "own models": (
        "import json, pathlib, tempfile\n"
        "folder = pathlib.Path(tempfile.mkdtemp(), 'mine', '2020-01-01'); folder.mkdir(parents=True)\n"
        "(folder / 'service-2.json').write_text(json.dumps({'metadata': {'protocol': 'json', 'serviceId': 'mine'}}))\n"
        "mine = botocore.session.Session()\n"
        "mine.set_config_variable('data_path', str(folder.parents[1]))\n"
        "assert mine.get_service_data('mine')['metadata']['serviceId'] == 'mine'\n"
        "assert 'mine' not in botocore.session.Session().get_available_services()"
    ),
}


@pytest.mark.parametrize("name", CHECKS)
def test_it_comes_out_the_same(name: str) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM.format(check=CHECKS[name])], check=True, timeout=120)
