"""CloudFormation of the embedded AWS: templates become resources through the services' own APIs, as in AWS."""
