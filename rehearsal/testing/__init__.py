"""The embedded AWS in tests of your own: ``embedded_aws()`` as a context manager, a pytest plugin, a unittest case."""

from rehearsal.testing.server import DeployedStack, EmbeddedAws, embedded_aws

__all__ = ["DeployedStack", "EmbeddedAws", "embedded_aws"]
