"""Pipelines beside repositories."""

from tests.localaws.codepipeline.conftest import bench, role_arn

__all__ = ["bench", "role_arn"]
