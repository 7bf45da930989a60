"""From the project's files to stacks and objects in an account."""
