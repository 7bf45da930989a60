"""What the embedded AWS relies on inside moto: read this first when moto's version moves."""

import subprocess
import sys
from importlib import import_module

import moto
import pytest
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.responses import ActionResult, BaseResponse
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from rehearsal.localaws.ground import rooms
from rehearsal.localaws.ground.rooms import Replacement


def test_moto_is_the_version_that_was_examined() -> None:
    assert moto.__version__ == "5.2.5"


def test_a_backend_class_is_served_by_the_urls_module_beside_its_models_module() -> None:
    class Backend(BaseBackend):
        pass

    Backend.__module__ = "rehearsal.localaws.sagemaker.models"
    assert Backend("us-east-1", "123456789012")._url_module.__name__ == "rehearsal.localaws.sagemaker.urls"


def test_backends_are_made_from_the_class_that_the_dictionary_names() -> None:
    class Backend(BaseBackend):
        pass

    backends = BackendDict(Backend, "s3")
    backends.backend = type("Replaced", (Backend,), {})
    assert type(backends["123456789012"]["us-east-1"]).__name__ == "Replaced"


def test_a_dictionary_of_backends_that_has_an_account_is_in_the_list_that_moto_resets() -> None:
    class Backend(BaseBackend):
        pass

    backends = BackendDict(Backend, "s3")
    assert backends not in BackendDict._instances
    found = backends["123456789012"]
    assert backends in BackendDict._instances
    assert dict.get(backends, "123456789012") is backends["123456789012"] is found


def test_every_request_passes_the_one_place_where_it_is_authorised() -> None:
    assert callable(ActionAuthenticatorMixin._authenticate_and_authorize_action)
    assert issubclass(BaseResponse, ActionAuthenticatorMixin)


def test_responses_parse_and_serialise_by_the_service_model() -> None:
    assert hasattr(BaseResponse(), "automated_parameter_parsing")
    assert hasattr(BaseResponse, "serialized")
    assert ActionResult({"a": 1}).result == {"a": 1}


def test_the_dispatcher_makes_one_application_for_each_service() -> None:
    assert DomainDispatcherApplication(lambda service: None).app_instances == {}


@pytest.mark.parametrize(("module", "replacement"), list(rooms.replacements()), ids=str)
def test_every_replacement_names_a_backend_of_moto_and_a_class_of_ours(module: str, replacement: Replacement) -> None:
    backends = getattr(import_module(f"moto.{replacement.moto_service}.models"), replacement.backends)
    ours = getattr(import_module(module), replacement.backend_class)
    assert isinstance(backends, BackendDict)
    assert issubclass(ours, BaseBackend)


def test_wiring_comes_too_late_once_a_backend_was_used() -> None:
    _, replacement = next(rooms.replacements())
    script = f"""
import moto.{replacement.moto_service}.models as models
models.{replacement.backends}["123456789012"]
from rehearsal.localaws.moto_bridge import wiring
wiring.install()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "was used before the embedded AWS was wired" in done.stderr
