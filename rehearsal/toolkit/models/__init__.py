"""Models: the registry with its approvals, tuning jobs, and what a model's file says of it."""
