"""UserParameters of the running pipeline."""
