"""Values for the parameters of operations, made by botocore's models: right ones, and wrong ones of every kind.
Seeded."""

import random
from collections.abc import Sequence
from typing import Any

_STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    1,
    2**31,
    2**63,
    10**30,
    1.5,
    -0.0,
    "",
    " ",
    "x",
    "NaN",
    "ä€😀",
    "\x00",
    "../..",
    "a" * 300,
    "arn:aws:",
    [],
    [None],
    {},
    {"a": None},
    {"": ""},
    [[]],
    [{}],
]
_TEXTS = [
    "name",
    "a",
    "0",
    "true",
    "2026-01-01T00:00:00Z",
    "{}",
    "[]",
    "*",
    "arn:aws:iam::123456789012:role/fuzz",
    "us-east-1",
    "eyJ9",
    "<a/>",
    "s3://b/k",
    "%",
    "a/b",
    "-",
    "rate(1 minute)",
]
_DEEPEST = 4


class Grammar:
    """Makes values with a source of chance of its own; ``names`` are those of things that exist."""

    def __init__(self, seed: int, names: Sequence[str] = ()) -> None:
        self.chance = random.Random(seed)
        self._texts = [*_TEXTS, *names, *names]

    def parameters(self, shape: Any, strangeness: float) -> Any:
        """A value for an operation's input; ``strangeness`` is how likely a member is wrong."""
        return {} if shape is None else self._structure(shape, strangeness, 0)

    def _value(self, shape: Any, strangeness: float, depth: int) -> Any:
        if self.chance.random() < strangeness:
            return self.chance.choice(_STRANGE)
        made = getattr(self, f"_{shape.type_name}", None)
        return made(shape, strangeness, depth) if made else self._string(shape, strangeness, depth)

    def _structure(self, shape: Any, strangeness: float, depth: int) -> Any:
        made = {}
        for name, member in shape.members.items():
            is_required = name in shape.required_members
            wanted = (0.97 if is_required else 0.35 / (depth + 1)) if depth < _DEEPEST else float(is_required)
            if depth > 3 * _DEEPEST or self.chance.random() >= wanted:
                continue
            made[name] = self._value(member, strangeness, depth + 1)
        return made

    def _list(self, shape: Any, strangeness: float, depth: int) -> Any:
        least = shape.metadata.get("min", 0)
        count = self.chance.choice([least, max(least, 1), max(least, 2)])
        return [self._value(shape.member, strangeness, depth + 1) for _ in range(min(count, 5))]

    def _map(self, shape: Any, strangeness: float, depth: int) -> Any:
        keys = [self._string(shape.key, 0, depth) for _ in range(self.chance.randint(0, 2))]
        return {str(key): self._value(shape.value, strangeness, depth + 1) for key in keys}

    def _string(self, shape: Any, _strangeness: float, _depth: int) -> Any:
        allowed = shape.metadata.get("enum")
        if allowed:
            return self.chance.choice(allowed)
        text = self.chance.choice(self._texts)
        least = shape.metadata.get("min", 0)
        return text if len(text) >= least else (text * (least // len(text) + 1))[:least]

    def _integer(self, shape: Any, _strangeness: float, _depth: int) -> Any:
        least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 100)
        return self.chance.choice([least, most, int(least), int(least) + 1])

    _long = _integer

    def _double(self, _shape: Any, _strangeness: float, _depth: int) -> Any:
        return self.chance.choice([0.0, 1.5, 1e9])

    _float = _double

    def _boolean(self, _shape: Any, _strangeness: float, _depth: int) -> Any:
        return self.chance.choice([True, False])

    def _timestamp(self, _shape: Any, _strangeness: float, _depth: int) -> Any:
        return self.chance.choice([0, 1_700_000_000, 4_102_444_800])

    def _blob(self, _shape: Any, _strangeness: float, _depth: int) -> Any:
        return self.chance.choice(["", "YQ==", "UEsDBAo=", "e30="])
