"""What only an embedded AWS offers."""
