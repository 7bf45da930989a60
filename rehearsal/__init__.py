"""Rehearsal: an MLOps pipeline on AWS that runs for real on a laptop first."""

__version__ = "0.1.0"
