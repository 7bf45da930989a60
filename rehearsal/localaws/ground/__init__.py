"""The ground that every room stands on: the host, time, errors, limits, and what a restart keeps. Imports nothing of
ours."""
