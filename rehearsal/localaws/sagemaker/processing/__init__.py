"""Processing: a script in a child process, its inputs from S3 and its outputs to S3, with the role of the job."""
