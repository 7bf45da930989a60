"""Pipeline executions: read, followed, steered, compared, reported."""
