"""SageMaker Pipelines: definitions that are checked when they are made, and executions whose steps really run."""
