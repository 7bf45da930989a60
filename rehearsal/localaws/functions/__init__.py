"""Lambda: the uploaded zips really run, each in a child process under the runtime interface client that AWS Lambda
uses."""
