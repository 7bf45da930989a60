"""Resource types: how each is made, changed and removed through its service's own API."""
