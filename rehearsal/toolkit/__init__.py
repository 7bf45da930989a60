"""What a user does to an AWS account: launch, upload, release, watch, change, report, tear down. Through boto3 alone.

Nothing here asks which AWS it talks to, prints, or knows the command line; progress is told through ``events.Tell``.
``workshop.py`` tells the main story in one function; each step it names is a module here.
"""
