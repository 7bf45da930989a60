"""Grid search: every combination of the categorical values once, the last hyperparameter changing fastest. Pure."""

from rehearsal.localaws.sagemaker.tuning.ranges import Categorical
from rehearsal.localaws.sagemaker.tuning.strategies import Search


def suggest(search: Search) -> dict[str, str]:
    """The combination of this number."""
    chosen, rest = {}, search.index
    for each in reversed(search.space.ranges):
        assert isinstance(each, Categorical), "a request for Grid with another range is refused"
        rest, place = divmod(rest, len(each.values))
        chosen[each.name] = each.values[place]
    return {each.name: chosen[each.name] for each in search.space.ranges}
