"""The package of this repository: ``pip install .`` gives the commands that the build runs."""

from setuptools import find_packages, setup

setup(
    name="pipelines",
    version="1.0.0",
    description="SageMaker pipelines of a project, and the commands that run them",
    packages=find_packages(include=["pipelines", "pipelines.*"]),
    python_requires=">=3.8",
    install_requires=["boto3>=1.26"],
    entry_points={
        "console_scripts": [
            "run-pipeline=pipelines.run_pipeline:main",
            "get-pipeline-definition=pipelines.get_pipeline_definition:main",
        ]
    },
)
