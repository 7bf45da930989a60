"""Data sets of checks, read batch by batch: however many rows a file has, a batch of them is in memory."""
