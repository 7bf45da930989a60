"""Hyperparameter tuning: jobs that start training jobs, read their objective, and choose what to try next.

``request``, ``tunable`` and ``warm_start`` check what is asked; ``strategies`` choose values and ``stopping`` ends
trials early; ``machine`` says what happens next. All of these are pure. ``engine`` alone acts: it starts and stops
training jobs through the training room, so that their logs, metrics, models, quotas and faults are those of any
training job. https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning.html
"""
