"""Training: jobs that run the algorithm of their image in child processes, from S3 to S3, with the role of the job."""

from rehearsal.localaws.sagemaker.training import interruption as interruption  # offers its capability
