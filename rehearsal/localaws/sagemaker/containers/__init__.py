"""Containers: what an image means on this machine, and the surroundings in which its programs and the user's scripts
run."""
