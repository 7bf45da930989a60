"""What would fail, and what it would cost, before it is done."""
