"""What a child process may connect to: this machine, nothing else."""

import pytest

from rehearsal.localaws.isolation.loopback_only import BeyondThisMachine, audit, is_loopback


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "LOCALHOST", b"localhost", "", "x.localhost"]
)
def test_this_machine_is_loopback(host: object) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["10.0.0.1", "169.254.169.254", "s3.amazonaws.com", "localhost.evil.example", "::", "0.0.0.0", "2001:db8::1"],
)
def test_all_else_is_not(host: object) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", (None, ("52.95.110.1", 443))),
        ("socket.connect", (None, ("2001:db8::1", 443, 0, 0))),
        ("socket.sendto", (None, ("8.8.8.8", 53))),
        ("socket.sendmsg", (None, ("8.8.8.8", 53))),
        ("socket.getaddrinfo", ("sts.amazonaws.com", 443, 0, 0, 0)),
        ("socket.gethostbyname", ("sts.amazonaws.com",)),
    ],
)
def test_every_way_out_is_refused_with_what_to_do(event: str, args: tuple[object, ...]) -> None:
    with pytest.raises(BeyondThisMachine, match="AWS_ENDPOINT_URL"):
        audit(event, args)


@pytest.mark.parametrize(
    ("event", "args"),
    [
        ("socket.connect", (None, ("127.0.0.1", 4566))),
        ("socket.connect", (None, "/run/some.sock")),
        ("socket.getaddrinfo", (None, 80, 0, 0, 0)),
        ("socket.getaddrinfo", ("localhost", 80, 0, 0, 0)),
        ("open", ("/etc/hosts", "r", 0)),
    ],
)
def test_local_use_goes_through(event: str, args: tuple[object, ...]) -> None:
    audit(event, args)
