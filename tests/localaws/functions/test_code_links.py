"""GetFunction's link to the package."""

import io
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable

import pytest

from tests.conftest import EmbeddedAws


def test_the_package_can_be_downloaded_from_where_get_function_says(
    aws: EmbeddedAws, deploy: Callable[..., str]
) -> None:
    name = deploy("def handler(event, context):\n    return 1\n")
    place = aws.client("lambda").get_function(FunctionName=name)["Code"]
    assert place["RepositoryType"] == "S3"
    with urllib.request.urlopen(place["Location"]) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert archive.read("app.py").decode().startswith("def handler")


def test_nobody_guesses_a_link(aws: EmbeddedAws) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{aws.url}/function-code/guessed")
    assert refused.value.code in (403, 404)
