"""The user's own AWS and proxy settings, left out."""

import os

import pytest

from rehearsal.localaws.ground import user_settings


def test_account_and_proxy_settings_are_forgotten_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_S3", "HTTPS_PROXY", "all_proxy", "AWSOME"):
        monkeypatch.setenv(name, "mine")
    monkeypatch.setattr(os, "environ", dict(os.environ))
    user_settings.forget()
    assert user_settings.names(os.environ) == [
        "AWS_CONFIG_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_SHARED_CREDENTIALS_FILE",
    ]
    assert os.environ["AWS_CONFIG_FILE"] == os.devnull
    assert not {"HTTPS_PROXY", "all_proxy"} & set(os.environ)
    assert os.environ["AWSOME"] == "mine"


def test_calls_to_this_machine_go_past_a_proxy_and_past_what_went_past_it_before() -> None:
    assert user_settings.past_proxies({}) == {}
    past = user_settings.past_proxies({"HTTP_PROXY": "http://proxy", "NO_PROXY": ".corp"})
    assert past == {"NO_PROXY": ".corp,127.0.0.1,localhost", "no_proxy": ".corp,127.0.0.1,localhost"}
    assert user_settings.past_proxies({"HTTP_PROXY": "http://proxy", **past}) == past
