"""boto3 clients, made when first asked for: each costs a cold start some 50 ms.

There is no local mode: boto3 reads ``AWS_ENDPOINT_URL`` itself.
"""

from typing import Any

from pipeline_job.job import ArtifactCredentials

_ATTEMPTS = 8


class Clients:
    """The function's clients with its own role, and the artifact store's with the job's credentials."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __call__(self, service: str, *, connections: int = 10) -> Any:
        """The client of ``service``, with retries of throttled and transient calls."""
        if service not in self._made:
            self._made[service] = _make(service, connections)
        return self._made[service]

    def artifact_store(self, credentials: ArtifactCredentials | None) -> Any:
        """An S3 client that reads and writes artifacts; credentials change with each job, so it is never kept."""
        if credentials is None:
            return self("s3")
        return _make(
            "s3",
            10,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
        )


def _make(service: str, connections: int, **keys: str) -> Any:
    import boto3
    from botocore.config import Config

    retries = {"mode": "standard", "total_max_attempts": _ATTEMPTS}
    config = Config(retries=retries, max_pool_connections=connections, connect_timeout=5, read_timeout=65)
    return boto3.client(service, config=config, **keys)
