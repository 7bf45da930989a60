"""The model registry and the lineage of models: which data, job, package, model and endpoint belong together."""
