"""The processes that serve models, and how the embedded AWS holds them."""
