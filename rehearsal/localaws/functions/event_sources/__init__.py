"""Event source mappings: what Lambda itself polls for a function."""
