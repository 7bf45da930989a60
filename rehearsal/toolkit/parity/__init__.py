"""Parity: a fixed script of calls, recorded on an account and replayed on the embedded AWS, so that differences are
known."""
