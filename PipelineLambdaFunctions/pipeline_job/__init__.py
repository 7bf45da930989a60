"""What the four functions share: parse the job, check its parameters, act, report.

Imports nothing beyond the standard library and boto3, which the Lambda runtime brings; the command line and the lint
rules of this project read the same schemas from here.
"""
