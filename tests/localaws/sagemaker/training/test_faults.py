"""Faults that were planned for training jobs."""


def test_training_job_is_stopped(aws, training):
    aws.rehearsal("POST", "faults", kind="stop-training-job", seconds=0.1)
    job = training.run({"num_round": "200000"})
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert training.run()["TrainingJobStatus"] == "Completed"
