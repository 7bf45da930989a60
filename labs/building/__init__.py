"""What the labs' SageMaker pipelines share: written with SDK v3, imported by the ``pipeline.py`` of each lab and by
nothing else."""
