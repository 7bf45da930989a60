"""The way in: one WSGI application, the data plane's shorter way, ``/_rehearsal/...`` and faults on order."""
