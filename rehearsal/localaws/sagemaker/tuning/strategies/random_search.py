"""Random search: each trial is drawn by the job's seed and its own number, whatever the others found. Pure."""

import math
from random import Random

from rehearsal.localaws.sagemaker.tuning.strategies import Search

_MOST_DRAWS = 1000


def suggest(search: Search) -> dict[str, str]:
    """A combination drawn at random; of a finite space one that was not tried, if a thousand draws find one."""
    random = Random(f"{search.seed}/{search.index}")
    before = [dict(each.values) for each in search.tried if not each.source]
    for _ in range(1 if math.isinf(search.space.count) else _MOST_DRAWS):
        drawn = {each.name: each.draw(random) for each in search.space.ranges}
        if drawn not in before:
            break
    return drawn
