"""Several AWS accounts on one embedded AWS."""
