"""AWS STS: role sessions with expiry on the embedded clock, session policies and session tags."""
