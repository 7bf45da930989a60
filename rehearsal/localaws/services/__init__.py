"""Small services, and what all services share: the base of an API, log streams, Step Functions' role, queue metrics."""
