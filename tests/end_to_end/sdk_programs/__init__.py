"""Programs of users of SageMaker's Python SDK, run by tests/end_to_end/test_sdk.py in environments of their own."""
