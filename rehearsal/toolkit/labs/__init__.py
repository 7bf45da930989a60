"""The labs: pipelines of ``labs/``, launched, run and removed on whichever account is reached. Through boto3 alone."""
