"""Notebook instances with code of CodeCommit."""

from collections.abc import Callable
from typing import Any

from tests.localaws.inboxes import make_role


def test_a_notebook_instance_takes_the_url_of_its_own_codecommit(aws: Any, unique: Callable[[str], str]) -> None:
    name = unique("notebook")
    url = aws.client("codecommit").create_repository(repositoryName=name)["repositoryMetadata"]["cloneUrlHttp"]
    sagemaker, role = aws.client("sagemaker"), make_role(aws, name, ("sagemaker",), "codecommit:GitPull")
    sagemaker.create_notebook_instance(
        NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=role, DefaultCodeRepository=url
    )
    assert sagemaker.describe_notebook_instance(NotebookInstanceName=name)["DefaultCodeRepository"] == url
