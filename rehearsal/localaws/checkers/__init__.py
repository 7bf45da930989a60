"""Checkers: programs for a child process that do the work of Model Monitor's analyzer image and of Clarify's processing
image."""
