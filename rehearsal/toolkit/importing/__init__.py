"""A pipeline that runs in an account, read and written as a project that can be deployed elsewhere."""
