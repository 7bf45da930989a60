"""Requests held against the service's model before an operation sees them: what does not fit is the caller's error."""
