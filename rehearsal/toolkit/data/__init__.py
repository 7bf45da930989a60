"""Data sets: checked, split, fetched, made."""
