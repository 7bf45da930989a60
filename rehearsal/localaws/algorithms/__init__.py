"""The built-in algorithms, each a program for a child process. They know nothing of the embedded AWS around them."""
