"""Bytes of S3 objects that are too large to be held in memory: on disk, streamed in and out."""
