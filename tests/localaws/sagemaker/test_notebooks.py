"""Notebook instances with code of CodeCommit."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localaws.inboxes import make_role


def test_a_notebook_instance_takes_the_url_of_its_own_codecommit(aws: Any, unique: Callable[[str], str]) -> None:
    name = unique("notebook")
    url = aws.client("codecommit").create_repository(repositoryName=name)["repositoryMetadata"]["cloneUrlHttp"]
    sagemaker, role = aws.client("sagemaker"), make_role(aws, name, ("sagemaker",), "codecommit:GitPull")
    sagemaker.create_notebook_instance(
        NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=role, DefaultCodeRepository=url
    )
    assert sagemaker.describe_notebook_instance(NotebookInstanceName=name)["DefaultCodeRepository"] == url


def test_a_stacks_notebook_instance_names_a_code_repository(aws: Any, unique: Callable[[str], str]) -> None:
    name, sagemaker = unique("coded"), aws.client("sagemaker")
    role = make_role(aws, name, ("sagemaker",), "codecommit:GitPull")
    template = f"""
        Parameters: {{Branch: {{Type: String, Default: main}}}}
        Resources:
          Code:
            Type: AWS::SageMaker::CodeRepository
            Properties:
              CodeRepositoryName: {name}
              GitConfig: {{RepositoryUrl: "https://github.com/someone/something", Branch: main}}
              Tags: [{{Key: team, Value: red}}]
          Notebook:
            Type: AWS::SageMaker::NotebookInstance
            Properties:
              NotebookInstanceName: {name}
              InstanceType: ml.t3.medium
              RoleArn: {role}
              DefaultCodeRepository: !GetAtt Code.CodeRepositoryName
    """
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    assert sagemaker.describe_notebook_instance(NotebookInstanceName=name)["DefaultCodeRepository"] == name
    described = sagemaker.describe_code_repository(CodeRepositoryName=name)
    assert described["GitConfig"] == {"RepositoryUrl": "https://github.com/someone/something", "Branch": "main"}
    assert sagemaker.list_tags(ResourceArn=described["CodeRepositoryArn"])["Tags"] == [{"Key": "team", "Value": "red"}]
    (listed,) = sagemaker.list_code_repositories(NameContains=name)["CodeRepositorySummaryList"]
    assert listed["CodeRepositoryArn"] == described["CodeRepositoryArn"]
    secret = "arn:aws:secretsmanager:us-east-1:123456789012:secret:AmazonSageMaker-x"
    sagemaker.update_code_repository(CodeRepositoryName=name, GitConfig={"SecretArn": secret})
    assert sagemaker.describe_code_repository(CodeRepositoryName=name)["GitConfig"]["SecretArn"] == secret
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    with pytest.raises(ClientError, match="Could not find code repository"):
        sagemaker.describe_code_repository(CodeRepositoryName=name)


def test_a_code_repository_that_is_not_there_has_no_notebook_instance(aws: Any, unique: Callable[[str], str]) -> None:
    name = unique("notebook")
    role = make_role(aws, name, ("sagemaker",), "codecommit:GitPull")
    with pytest.raises(ClientError, match="Could not find code repository"):
        aws.client("sagemaker").create_notebook_instance(
            NotebookInstanceName=name, InstanceType="ml.t3.medium", RoleArn=role, DefaultCodeRepository="no-such-code"
        )
