"""The seam to an account: clients, names, errors in the user's terms."""
