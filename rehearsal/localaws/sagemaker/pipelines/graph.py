"""Which step waits for which. Pure.

Edges are DependsOn, every reference to a step in what the step is given, and for a step of a branch its Condition step.
"""

from collections.abc import Iterable, Mapping

from rehearsal.localaws.sagemaker.pipelines import expressions
from rehearsal.localaws.sagemaker.pipelines.conditions import Comparison, Condition, Not, Within
from rehearsal.localaws.sagemaker.pipelines.definition import Definition, Step
from rehearsal.localaws.sagemaker.pipelines.expressions import Expression, JsonOfFile, StepProperty

Edges = Mapping[str, frozenset[str]]
"""For each step the names of the steps it waits for."""


def references(step: Step) -> list[Expression]:
    """Every expression that the step is given; of a Condition step those of its conditions, not of its branches."""
    if step.branches is not None:
        return [found for each in step.branches.conditions for operand in _operands(each) for found in operand]
    target = list(expressions.within(step.target))
    return [*expressions.found_in(step.arguments), *expressions.found_in(step.settings), *target]


def _operands(condition: Condition) -> Iterable[Iterable[Expression]]:
    if isinstance(condition, Comparison):
        return [expressions.within(condition.left), expressions.within(condition.right)]
    if isinstance(condition, Within):
        return [expressions.within(value) for value in (condition.query, *condition.values)]
    inner = (condition.condition,) if isinstance(condition, Not) else condition.conditions
    return [operand for each in inner for operand in _operands(each)]


def edges(definition: Definition) -> dict[str, frozenset[str]]:
    """What each step waits for, whether such a step is there or not."""
    return {name: frozenset(_waits_for(step)) for name, step in definition.steps.items()}


def _waits_for(step: Step) -> Iterable[str]:
    yield from step.depends_on
    yield from (each.step for each in references(step) if isinstance(each, StepProperty | JsonOfFile))
    if step.branch is not None:
        yield step.branch.condition


def cycle(waits: Edges) -> list[str] | None:
    """The steps of a cycle in order, the first one again at the end; None where there is none."""
    state: dict[str, bool] = {}  # False: on the way, True: done
    for start in waits:
        trail: list[tuple[str, list[str]]] = []
        if start not in state:
            state[start] = False
            trail.append((start, sorted(waits[start])))
        while trail:
            name, rest = trail[-1]
            if not rest:
                state[name] = True
                trail.pop()
                continue
            following = rest.pop()
            if following not in waits or state.get(following) is True:
                continue
            if following in state:
                names = [each for each, _ in trail]
                return [*names[names.index(following) :], following]
            state[following] = False
            trail.append((following, sorted(waits[following])))
    return None


def upstream(waits: Edges, names: Iterable[str]) -> set[str]:
    """Every step that these wait for, directly or through others."""
    found: set[str] = set()
    frontier = set(names)
    while frontier:
        frontier = {before for name in frontier for before in waits[name]} - found
        found |= frontier
    return found
