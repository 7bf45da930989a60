"""The pipelines of this repository: a folder for each, and what runs them."""
