"""The one seam to AWS: an account and region, and boto3 clients of it. It works the same for any endpoint."""

import os
import threading
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rehearsal import __version__
from rehearsal.toolkit.aws.errors import BadInput


@dataclass(frozen=True)
class Access:
    """How the user chose an account; None leaves a choice to the environment, as in any SDK."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None


@dataclass(frozen=True)
class Identity:
    """Who calls, in which account."""

    account_id: str
    arn: str


@dataclass
class Aws:
    """An account in a region, as seen by one caller."""

    session: Any
    region: str
    endpoint_url: str | None = None
    _clients: dict[tuple[str, str], Any] = field(default_factory=dict, repr=False)
    _guard: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service: str, region: str | None = None) -> Any:
        """The boto3 client of a service, made once."""
        key = service, region or self.region
        with self._guard:  # boto3 sessions are not thread-safe
            if key not in self._clients:
                self._clients[key] = self.session.client(
                    service, region_name=key[1], endpoint_url=self.endpoint_url, config=_config()
                )
        return self._clients[key]

    @cached_property
    def identity(self) -> Identity:
        """The caller, asked once from STS."""
        answer = self.client("sts").get_caller_identity()
        return Identity(answer["Account"], answer["Arn"])

    @cached_property
    def partition(self) -> str:
        """``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return str(self.session.get_partition_for_region(self.region))

    def elsewhere(self, region: str) -> "Aws":
        """The same account in another region."""
        return Aws(self.session, region, self.endpoint_url)


def reach(access: Access) -> Aws:
    """The account that ``access`` and the environment name.

    Raises:
        botocore.exceptions.ProfileNotFound: the profile is not configured.
        botocore.exceptions.NoRegionError: neither option nor environment names a region.
        BadInput: the endpoint is no URL.
    """
    import boto3  # a third of a command's start, which help and checks of files need not wait for
    import botocore.session
    from botocore.exceptions import NoRegionError

    from rehearsal.toolkit.aws.service_models import QuickFiles

    _check_endpoint(access.endpoint_url)
    reading = botocore.session.Session(profile=access.profile)
    reading.get_component("data_loader").file_loader = QuickFiles()
    session = boto3.session.Session(
        botocore_session=reading,
        profile_name=access.profile,
        region_name=access.region or os.environ.get("AWS_REGION"),  # which boto3, unlike other SDKs, does not read
        aws_access_key_id=access.access_key_id,
        aws_secret_access_key=access.secret_access_key,
    )
    if not session.region_name:
        raise NoRegionError
    return Aws(session, session.region_name, access.endpoint_url)


def _config() -> Any:
    from botocore.config import Config

    return Config(
        retries={"mode": "standard", "max_attempts": 4},
        connect_timeout=5,
        read_timeout=70,  # InvokeEndpoint may take 60 s
        user_agent_extra=f"rehearsal/{__version__}",
    )


def _check_endpoint(url: str | None) -> None:
    """boto3 would raise a bare ValueError at the first call."""
    if url and not url.startswith(("http://", "https://")):
        raise BadInput(
            f"the endpoint {url!r} is not a URL",
            where="--endpoint-url or AWS_ENDPOINT_URL",
            next_step="write http://host:port, for example http://127.0.0.1:4566",
        )
