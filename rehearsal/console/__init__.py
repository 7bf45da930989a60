"""The console: pages in a browser for what the command line does. A client of the AWS APIs through the toolkit, in a
process of its own."""
