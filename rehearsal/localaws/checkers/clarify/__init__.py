"""The checker behind ``sagemaker-clarify-processing``: bias and explainability, told by ``analysis_config.json``."""
