"""Credentials in texts of others are left out."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rehearsal.toolkit.aws.secrets import LEFT_OUT, redacted

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
TOKEN = "FwoGZXIvYXdzEJr//////////wEaDExampleToken=="


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(
            {
                "artifactCredentials": {
                    "accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": SECRET, "sessionToken": TOKEN
                }
            }
        ),
        str({"secretAccessKey": SECRET, "sessionToken": TOKEN}),
        f"AWS_SECRET_ACCESS_KEY={SECRET}\nAWS_SESSION_TOKEN={TOKEN} AKIAIOSFODNN7EXAMPLE",
        f"Authorization: Bearer {SECRET}",
        f"https://b.s3.amazonaws.com/k?X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F2026&X-Amz-Signature={SECRET}&X-Amz-Security-Token={TOKEN}",
    ],
)  # fmt: skip
def test_credentials_are_found_by_what_stands_before_them(text: str) -> None:
    shown = redacted(text)
    assert LEFT_OUT in shown
    assert not [each for each in (SECRET, TOKEN, "IOSFODNN7") if each in shown]


def test_what_is_known_to_be_secret_is_left_out_wherever_it_stands() -> None:
    assert redacted(f"x{SECRET}y", [SECRET]) == f"x{LEFT_OUT}y"


def test_other_words_stay() -> None:
    text = '{"accessKeyId": "", "session": "morning", "token": 3, "rmse": 0.63}'
    assert redacted(text) == text


@given(st.text(max_size=200))
def test_it_settles(text: str) -> None:
    assert redacted(redacted(text)) == redacted(text)
