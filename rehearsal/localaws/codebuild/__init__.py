"""CodeBuild: projects whose buildspecs really run, in a scratch folder on this machine, with the project's role."""
