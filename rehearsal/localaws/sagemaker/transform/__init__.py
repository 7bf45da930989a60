"""Batch transform: whole objects of S3 through a model, payload by payload."""
