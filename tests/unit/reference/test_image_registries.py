"""The templates' mapping of registry accounts is made from the SDK's table."""

import json
import zipfile
from pathlib import Path

import pytest

from rehearsal.reference import image_registries

TEMPLATE = Path(__file__).parents[3] / "cloudformation" / "builtin-algo-pipeline.yaml"
TABLE = {
    "training": {
        "versions": {
            "1": {"repository": "xgboost", "registries": {"us-east-1": "811284229777"}},
            "1.7-1": {"repository": "sagemaker-xgboost", "registries": {"us-east-1": "683313688378"}},
            "1.10-1": {"repository": "sagemaker-xgboost", "registries": {"us-west-1": "2" * 12, "eu-west-1": "1" * 12}},
        }
    }
}


def test_the_newest_version_is_the_highest_by_number() -> None:
    assert image_registries.newest(TABLE).version == "1.10-1"


def test_the_table_is_read_from_the_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / "sagemaker_core-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("sagemaker/core/image_uri_config/xgboost.json", json.dumps(TABLE))
    assert list(image_registries.read_table(wheel).account_of_region) == ["eu-west-1", "us-west-1"]


def test_only_the_made_block_of_the_template_is_replaced() -> None:
    text = TEMPLATE.read_text()
    made = image_registries.replace_block(text, image_registries.newest(TABLE))
    assert 'eu-west-1: {AccountId: "111111111111"}' in made
    assert made.partition("Mappings:")[0] == text.partition("Mappings:")[0]
    assert made.partition("\nConditions:")[2] == text.partition("\nConditions:")[2]


def test_a_template_without_the_block_is_refused() -> None:
    with pytest.raises(ValueError, match="no block"):
        image_registries.replace_block("Resources: {}", image_registries.newest(TABLE))
