"""What a release would cost, by a price list of our own."""

import json
from typing import Any

import pytest

from rehearsal.cli.pipeline import estimate_text
from rehearsal.toolkit.checks import pricing
from tests.unit.toolkit.fakes import Client, account, refused

TRAIN = '{"traincompute": "ml.m5.xlarge", "instance-count": 2}'
DEPLOY = '{"instance-type": "ml.t2.medium"}'
PRICES = {("ml.m5.xlarge", "Training"): "0.23", ("ml.t2.medium", "Hosting"): "0.056"}


def declared(**parameters: str) -> dict[str, Any]:
    kind = {"category": "Invoke", "owner": "AWS", "provider": "Lambda", "version": "1"}
    actions = [
        {"name": name, "actionTypeId": kind, "configuration": {"FunctionName": "f", "UserParameters": text}}
        for name, text in parameters.items()
    ]
    return {"name": "p", "stages": [{"name": "Stage", "actions": actions}]}


def price_list(**request: Any) -> dict[str, Any]:
    """Price List Query API: GetProducts, each product a JSON text."""
    assert request["ServiceCode"] == "AmazonSageMaker"
    fields = {each["Field"]: each["Value"] for each in request["Filters"]}
    assert fields["regionCode"] == "eu-west-1"
    price = PRICES.get((fields["instanceName"], fields["component"]))
    term = {"T": {"priceDimensions": {"D": {"unit": "Hrs", "pricePerUnit": {"USD": price}}}}}
    return {"PriceList": [json.dumps({"product": {}, "terms": {"OnDemand": term}})] if price else []}


def test_training_is_paid_once_and_endpoints_by_the_hour() -> None:
    aws = account("eu-west-1", pricing=Client(get_products=price_list))
    found = pricing.estimate(aws, declared(TrainModel=TRAIN, DeployDev=DEPLOY, DeployTest=DEPLOY))
    assert found.once == pytest.approx(2 * 0.23 * 5 / 60)
    assert found.hourly == pytest.approx(2 * 0.056)
    text = estimate_text(found)
    assert "0.04 USD for training" in text
    assert "0.11 USD an hour" in text
    assert "2 x ml.m5.xlarge (training)" in text
    assert "rehearse destroy" in text


@pytest.mark.parametrize("answer", [refused("AccessDeniedException"), {"PriceList": []}])
def test_a_price_that_cannot_be_learnt_is_called_unknown_not_nothing(answer: Any) -> None:
    aws = account(pricing=Client(get_products=answer))
    found = pricing.estimate(aws, declared(TrainModel=TRAIN))
    assert found.once is None
    assert "the price list cannot be read here" in estimate_text(found)


def test_parameters_that_are_not_json_ask_for_no_instances() -> None:
    assert pricing.instances_of({"a": "{", "b": "", "c": TRAIN}) == [("training", "ml.m5.xlarge", 2)]
