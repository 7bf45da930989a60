"""IAM for the embedded AWS: who signed a request, what it asks for, and whether the policies allow it."""
