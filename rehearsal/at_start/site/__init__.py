"""A folder for ``PYTHONPATH``: it must hold nothing but ``sitecustomize.py``, since a user's imports look here
first."""
