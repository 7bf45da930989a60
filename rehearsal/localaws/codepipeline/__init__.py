"""CodePipeline as the embedded AWS runs it: pipelines whose actions really act.

``responses`` (the API) -> ``models`` (what is kept) -> ``engine`` (carries out) -> ``actions`` (one file per provider).
What decides is pure: ``definition`` and ``structure`` (the declaration), ``records`` (the data), ``entry``, ``stage``
and ``state`` (what may start now, and what an event does), ``variables``, ``views`` (records as the API shows them).
"""
