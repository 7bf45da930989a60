"""botocore's models as the embedded AWS reads them: the same, without what they say to readers."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.loaders import Loader

from rehearsal.localaws.moto_bridge.service_models import undocumented


def as_botocore_has_it(service: str) -> Any:
    (folder,) = (each for each in Path(Loader.BUILTIN_DATA_PATH, service).iterdir())
    plain = folder / "service-2.json"
    return json.loads(
        plain.read_bytes() if plain.is_file() else gzip.decompress((folder / "service-2.json.gz").read_bytes())
    )


def without(found: Any, is_named: bool = False) -> Any:
    """Without the member ``documentation``, but for a shape, a member or an operation of that name."""
    if isinstance(found, list):
        return [without(each) for each in found]
    if not isinstance(found, dict):
        return found
    return {
        name: without(value, name in ("shapes", "members", "operations"))
        for name, value in found.items()
        if is_named or name != "documentation" or not isinstance(value, str)
    }


@pytest.mark.parametrize("service", ["s3", "sagemaker", "codepipeline", "iam"])
def test_nothing_but_documentation_is_left_out(service: str) -> None:
    model = as_botocore_has_it(service)
    assert without(undocumented(as_botocore_has_it(service))) == without(model)
    assert len(json.dumps(undocumented(as_botocore_has_it(service)))) < 0.7 * len(json.dumps(model))


@pytest.mark.parametrize("found", [None, [], {"pagination": {}}, {"shapes": []}])
def test_what_is_no_model_is_left_as_it_is(found: Any) -> None:
    assert undocumented(found) == found
