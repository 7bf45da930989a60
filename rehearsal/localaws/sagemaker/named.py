"""Named resources of one region: unique without regard to case, found or refused in the service's words."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from rehearsal.localaws.ground.errors import AwsError


class Named(Protocol):
    """What a catalogue keeps."""

    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=Named)


class Catalogue(Generic[Thing]):
    """The resources of one kind; ``kind`` is the ARN's word for it, ``spoken`` the word of error messages."""

    def __init__(self, kind: str, spoken: str, *, region: str, account_id: str) -> None:
        self._prefix = f"arn:{partition(region)}:sagemaker:{region}:{account_id}:{kind}/"
        self._spoken = spoken
        self._things: dict[str, Thing] = {}

    def arn(self, name: str) -> str:
        """The ARN that a resource of this name has or would have: SageMaker lowers the case of names in ARNs."""
        return self._prefix + name.lower()

    def check_new(self, name: str) -> None:
        """Refuse a name that is taken (ValidationException)."""
        if name.lower() in self._things:
            raise AwsError("ValidationException", f'Cannot create already existing {self._spoken} "{self.arn(name)}".')

    def add(self, thing: Thing) -> None:
        """Keep a new resource; refuse a name that is taken (ValidationException)."""
        self.check_new(thing.name)
        self._things[thing.name.lower()] = thing

    def put(self, thing: Thing) -> None:
        """Keep a resource in the place of the one of its name."""
        self._things[thing.name.lower()] = thing

    def get(self, name: str) -> Thing:
        """The resource of that name, or ValidationException."""
        thing = self.find(name)
        if thing is None:
            raise AwsError("ValidationException", f'Could not find {self._spoken} "{self.arn(name)}".')
        return thing

    def find(self, name: str) -> Thing | None:
        """The resource of that name, or None."""
        return self._things.get(name.lower())

    def remove(self, name: str) -> Thing:
        """Forget the resource of that name, or ValidationException."""
        thing = self.get(name)
        del self._things[thing.name.lower()]
        return thing

    def __iter__(self) -> Iterator[Thing]:
        return iter(list(self._things.values()))


def partition(region: str) -> str:
    """The AWS partition that a region belongs to."""
    if region.startswith("cn-"):
        return "aws-cn"
    return "aws-us-gov" if region.startswith("us-gov-") else "aws"
