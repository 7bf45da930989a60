"""Looks through the contents of objects after a restart, and names in the log what is damaged before somebody needs
it."""

from collections.abc import Iterator
from contextlib import suppress

from moto.s3.models import FakeKey, s3_backends

from rehearsal.localaws.storage import objects
from rehearsal.localaws.storage.body import FileBody
from rehearsal.localaws.storage.disk import DamagedContent


def check_all() -> None:
    """Read every file once; who asks for an object meanwhile has its own file read first."""
    for key in [*_objects()]:
        if isinstance(key._value_buffer, FileBody):
            with suppress(DamagedContent):  # it is in the log, and the others are read too
                objects.check(key, key._value_buffer)


def _objects() -> Iterator[FakeKey]:
    for regions in s3_backends.values():
        for backend in regions.values():
            for bucket in [*backend.buckets.values()]:
                for versions in [*dict.values(bucket.keys)]:
                    yield from (each for each in versions if isinstance(each, FakeKey))
