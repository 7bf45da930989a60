"""SageMaker of the embedded AWS: jobs and endpoints that really run, on top of moto's records of everything else."""
