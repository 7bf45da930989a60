"""What is left in an account, and its removal."""
