"""Images of AWS by their names, and the Python environments that stand for them on this machine. Asks no AWS of
anything."""
