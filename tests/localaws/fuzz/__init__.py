"""Requests by the thousand that no SDK would send."""
