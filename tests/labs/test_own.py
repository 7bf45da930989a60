"""The lab own: the two programs of the image, and the workshop that trains and serves with them."""

import importlib.util
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from rehearsal.toolkit import project
from tests.conftest import EmbeddedAws, start_embedded_aws, stop_embedded_aws
from tests.end_to_end.rehearse import Answer
from tests.labs.conftest import Typed
from tests.localaws.authorizer.minimal import statements
from tests.localaws.authorizer.minimal.statements import Named
from tests.localaws.authorizer.minimal.usage import Usage

ROOT = Path(project.find().root)
LAB = ROOT / "labs" / "own"
IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/lab-own-rehearsal:1"


def loaded(name: str) -> ModuleType:
    """A program of the image."""
    spec = importlib.util.spec_from_file_location(f"own_{name}", LAB / "image" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    """A model that ``train`` has made of y = 2 x; the folder that stands for /opt/ml."""
    for channel in ("train", "validation"):
        folder = tmp_path / "input" / "data" / channel
        folder.mkdir(parents=True)
        (folder / "rows.csv").write_text("".join(f"{2 * number},{number}\n" for number in range(50)))
    (tmp_path / "input" / "config").mkdir()
    told = {"num_round": "5", "max_depth": "8", "seed": "1"}
    (tmp_path / "input" / "config" / "hyperparameters.json").write_text(json.dumps(told))
    train: Any = loaded("train")
    train.BASE = tmp_path
    train.main()
    return tmp_path


def test_hyperparameters_of_the_workshop_make_the_forest() -> None:
    forest = loaded("train").forest({"num_round": "7", "max_depth": "3", "seed": "5"})
    assert (forest.n_estimators, forest.max_depth, forest.random_state) == (7, 3, 5)
    assert loaded("train").forest({}).max_depth is None


def test_a_trained_model_answers_csv_as_sagemaker_asks(trained: Path) -> None:
    serve: Any = loaded("serve")
    model = serve.joblib.load(trained / "model" / "model.joblib")
    server = ThreadingHTTPServer(("127.0.0.1", 0), serve.handler(model))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        assert urllib.request.urlopen(f"{url}/ping").status == 200
        body = urllib.request.urlopen(f"{url}/invocations", data=b"10\n20\n").read().decode().split()
        assert np.array(body, float) == pytest.approx([20, 40], abs=6)
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(f"{url}/invocations", data=b"ten\n")
    finally:
        server.shutdown()
        server.server_close()


def test_the_build_may_do_what_aws_publishes_for_a_push() -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"""
    actions = statements.all_of_them()
    assert actions[Named("BuildOwnImage", "PushImage")] == [
        *("ecr:BatchCheckLayerAvailability", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload"),
        *("ecr:PutImage", "ecr:UploadLayerPart"),
    ]
    assert actions[Named("BuildOwnImage", "LogInToRegistry")] == ["ecr:GetAuthorizationToken"]


@pytest.fixture(scope="module")
def own_aws() -> Iterator[EmbeddedAws]:
    """One of its own, which is told the programs of the image."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REHEARSAL_IMAGES", str(LAB / "images.toml"))
        embedded = start_embedded_aws("--continuation-delay", "0.05")
    yield embedded
    stop_embedded_aws(embedded)


@pytest.fixture(scope="module")
def ran(own_aws: EmbeddedAws) -> Answer:
    return Typed(own_aws)("lab", "run", "own", "--json")


@pytest.mark.full("labs")
def test_the_same_pipeline_trains_and_serves_the_forest(ran: Answer) -> None:
    assert ran.exit_code == 0, ran.err
    told = ran.document
    assert [step["status"] for step in told["steps"]] == ["Succeeded"] * len(told["steps"])
    assert told["facts"]["trainedWith"] == IMAGE
    assert told["metrics"]["rmse"] == told["facts"]["rmseAfter"] != told["facts"]["rmseBefore"]
    assert told["metrics"]["rmse"] < 0.75


@pytest.mark.full("labs")
def test_the_forest_was_trained_and_serves_both_endpoints(ran: Answer, own_aws: EmbeddedAws) -> None:
    sagemaker = own_aws.client("sagemaker")
    jobs = [
        sagemaker.describe_training_job(TrainingJobName=each["TrainingJobName"])
        for each in sagemaker.list_training_jobs()["TrainingJobSummaries"]
    ]
    (job,) = [each for each in jobs if each["AlgorithmSpecification"]["TrainingImage"] == IMAGE]
    assert job["HyperParameters"]["num_round"] == "60"
    for environment in ("Dev", "Test"):
        endpoint = sagemaker.describe_endpoint(EndpointName=f"winequality-own-rehearsal-{environment}")
        config = sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
        model = sagemaker.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
        assert model["PrimaryContainer"]["Image"] == IMAGE


@pytest.mark.full("labs")
def test_the_image_would_not_be_pulled_without_the_statement(ran: Answer, own_aws: EmbeddedAws) -> None:
    usage = Usage(own_aws, "mlops-pipeline-own-rehearsal")
    actions = {"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}
    assert actions <= usage.needed()[Named("PullOwnImage", "PullOwnImage")]


def test_what_needs_containers_is_refused_by_name(aws: EmbeddedAws) -> None:
    body = (LAB / "own-image.yaml").read_text()
    with pytest.raises(ClientError, match="AWS::ECR::Repository"):
        aws.client("cloudformation").create_stack(
            StackName="lab-image-own-refused",
            TemplateBody=body,
            Capabilities=["CAPABILITY_IAM"],
            Parameters=[{"ParameterKey": "SuffixID", "ParameterValue": "refused"}],
        )


@pytest.mark.full("labs")
def test_destroy_leaves_nothing(ran: Answer, own_aws: EmbeddedAws) -> None:
    typed = Typed(own_aws)
    done = typed("lab", "destroy", "own", "--json")
    assert (done.exit_code, done.document["remaining"]) == (0, {}), done.err
    assert typed("leaks", "--suffix", "own-rehearsal").exit_code == 0
