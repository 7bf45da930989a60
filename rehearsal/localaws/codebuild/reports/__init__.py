"""Reports of a build: files that its commands left, read as test cases or as the coverage of source files."""
