"""Clients against the server itself are made once, and end with the credentials that they sign with."""

from rehearsal.localaws.authorizer import own_clients
from rehearsal.localaws.authorizer.own_clients import Wanted
from rehearsal.localaws.ground.host import Credentials

OLD, NEW = Credentials("AKIAOLD", "secret"), Credentials("AKIANEW", "secret")


def wanted(credentials: Credentials, service: str = "sts") -> Wanted:
    return Wanted(service, credentials, "us-east-1", "http://127.0.0.1:1", 1, 1)


def test_a_client_is_made_once() -> None:
    assert own_clients.client(wanted(OLD)) is own_clients.client(wanted(OLD))
    assert own_clients.client(wanted(OLD)) is not own_clients.client(wanted(OLD, "sqs"))


def test_those_of_credentials_that_are_over_go_and_no_others() -> None:
    old, new = own_clients.client(wanted(OLD)), own_clients.client(wanted(NEW))
    own_clients.drop(OLD)
    assert own_clients.client(wanted(NEW)) is new
    assert own_clients.client(wanted(OLD)) is not old
