"""The checker behind ``sagemaker-model-monitor-analyzer``: data quality and model quality, told by environment
variables."""
