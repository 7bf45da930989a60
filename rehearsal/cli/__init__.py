"""The command line ``rehearse``: one command = read options, call the toolkit, print.

Results go to standard output, talk and errors to standard error. Exit codes: 0 done, 1 failed, 2 used wrongly,
130 interrupted.
"""
