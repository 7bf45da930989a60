"""SDK v3 without a pipeline: process, train, evaluate, build, register, deploy, ask, transform; then a script of one's
own."""

import json

import sdk3_steps as v3
import wine_steps
from sagemaker.core.resources import TrainingJob
from sagemaker.serve.model_builder import ModelBuilder
from sagemaker.train import ModelTrainer
from sagemaker.train.configs import Compute, InputData, OutputDataConfig, SourceCode


def evaluated(account, image, model):
    v3.processor(account, account.session, image, "evaluate").run(
        code="evaluate.py",
        inputs=[v3.given("model", model, "model"), v3.given("test", account.uri("test"), "test")],
        outputs=[v3.made(account, "evaluation")],
    )
    return json.loads(account.session.read_s3_file(account.bucket, f"{account.prefix}/evaluation/evaluation.json"))


def served(account, image, model):
    """Build and deploy the model, ask it, and have it transform a file."""
    builder = ModelBuilder(
        s3_model_data_url=model, image_uri=image, role_arn=account.role, sagemaker_session=account.session
    )
    built = builder.build()
    package = builder.register(
        model_package_group_name="DirectV3",
        content_types=["text/csv"],
        response_types=["text/csv"],
        inference_instances=["ml.m5.large"],
        transform_instances=["ml.m5.large"],
        approval_status="Approved",
    )
    endpoint = builder.deploy(endpoint_name="direct-v3", instance_type="ml.m5.large", initial_instance_count=1)
    answer = endpoint.invoke(body="0.1,0.2,0.3", content_type="text/csv", accept="text/csv").body.read().decode()
    endpoint.delete()
    transformer = builder.transformer(
        1, "ml.m5.large", output_path=account.uri("out"), accept="text/csv", assemble_with="Line"
    )
    transformer.transform(account.upload("features.csv", "features.csv"), content_type="text/csv", split_type="Line")
    lines = account.session.read_s3_file(account.bucket, f"{account.prefix}/out/features.csv.out")
    return {"model_made": built.model_name, "package": package, "predicted": answer, "transformed": lines}


def scripted(account):
    """A script whose drivers come as channels, and its model, with inference code, on an endpoint."""
    trainer = ModelTrainer(
        training_image=account.image("sklearn", "1.2-1"),
        source_code=SourceCode(source_dir="source", entry_script="train.py"),
        compute=Compute(**v3.ONE),
        hyperparameters={"degree": 3},
        role=account.role,
        base_job_name="scripted-v3",
        output_data_config=OutputDataConfig(s3_output_path=account.uri("models")),
    )
    trainer.train(input_data_config=[InputData(channel_name="train", data_source=account.uri("train"))])
    job = trainer._latest_training_job
    return {
        "status": TrainingJob.get(job.training_job_name).training_job_status,
        "model": job.model_artifacts.s3_model_artifacts,
    }


def main():
    wine_steps.write()
    account = v3.Account.of("direct-v3")
    image = account.image("xgboost", "1.7-1")
    v3.processor(account, account.session, account.image("sklearn", "1.2-1"), "prepare").run(
        code="prepare.py",
        inputs=[v3.given("rows", account.upload("rows.csv", "rows.csv"), "input")],
        outputs=[v3.made(account, "train"), v3.made(account, "test")],
    )
    trainer = v3.trainer(account, account.session, image, account.uri("train"))
    trainer.train()
    model = trainer._latest_training_job.model_artifacts.s3_model_artifacts
    report = evaluated(account, image, model)
    told = served(account, image, model)
    script = scripted(account)
    print()
    print(json.dumps({"mse": report["regression_metrics"]["mse"]["value"], **told, "scripted": script}))


if __name__ == "__main__":
    main()
