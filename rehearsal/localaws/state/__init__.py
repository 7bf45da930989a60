"""What outlives the process: ``rehearse up --state DIR`` keeps the embedded AWS in a directory and goes on from there.

Rooms say what they keep (:func:`keep`), what must be set going again after a restart (:func:`on_resume`) and how their records
are held still for a moment (:func:`hold_still`). Without ``--state`` all that costs nothing.
"""

from rehearsal.localaws.state.registry import changed, hold_still, keep, keep_dict, on_resume

__all__ = ["changed", "hold_still", "keep", "keep_dict", "on_resume"]
