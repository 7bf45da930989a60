"""The data plane of SageMaker endpoints: InvokeEndpoint, answered in front of moto."""
