"""Snapshots: ``rehearse up --state DIR`` keeps the embedded AWS in a directory and goes on from there.

What is kept, rooms say in ``ground/persistence.py``. Without ``--state`` all this costs nothing.
"""
