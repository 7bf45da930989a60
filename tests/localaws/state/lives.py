"""Many short lives on one directory: ``python -m tests.localaws.state.lives DIR COUNT SEED``.

Each life is a forked process that restores the last snapshot, checks it, and then writes and deletes pairs of objects
as requests do, until it is killed at a random moment, with the process that writes its snapshot or without.
"""

import hashlib
import os
import random
import signal
import sys
import time
from pathlib import Path

from moto.s3.models import FakeKey, S3Backend, s3_backends

from rehearsal.localaws.ground import host, persistence
from rehearsal.localaws.ground.request_gate import gate
from rehearsal.localaws.moto_bridge import wiring
from rehearsal.localaws.state import backends
from rehearsal.localaws.state.keeper import Keeper
from rehearsal.localaws.state.store import Store

_ACCOUNT, _BUCKET = "123456789012", "pairs"
_LARGE_BYTES = 200_000


def content_of(number: int) -> bytes:
    """Every third object is large enough to be a file of its own."""
    seed = hashlib.sha256(str(number).encode()).digest()
    return seed * (_LARGE_BYTES // 32) if number % 3 == 0 else seed


def check(s3: S3Backend) -> int:
    """Every object can be read and has its content, and no pair is half there."""
    keys: dict[str, FakeKey] = dict(s3.buckets[_BUCKET].keys.items())
    for name, key in keys.items():
        side, number = name.split("/")
        other = f"{'b' if side == 'a' else 'a'}/{number}"
        assert other in keys, f"{name} is there without {other}"
        assert key.value == content_of(int(number)), f"{name} has another content"
    return len(keys)


def live(folder: Path, report: int, seed: int) -> None:
    """One life; it ends by a signal."""
    persistence.keep("backends", backends.export, backends.restore)
    persistence.keep("buckets", backends.export_bucket_owners, backends.restore_bucket_owners)
    scratch = folder.with_name(f"scratch-{seed}")
    host.start(host.Host(host.Settings(port=0, scratch=scratch), host.Credentials("", "")))
    store = Store(folder)
    store.open()
    keeper = Keeper(store, quiet_seconds=0.005, load_seconds=0.02)
    restored = keeper.restore()
    s3 = s3_backends[_ACCOUNT]["aws"]
    if not restored:
        s3.create_bucket(_BUCKET, "us-east-1")
    os.write(report, f"{check(s3)}\n".encode())
    keeper.start(resuming=False)
    choose = random.Random(seed)
    while True:
        with gate.passing():
            persistence.changed()
            change(s3, choose)
        time.sleep(choose.choice((0, 0.001, 0.01)))


def change(s3: S3Backend, choose: random.Random) -> None:
    """One request: a pair is put or deleted."""
    number = choose.randrange(60)
    pair = (f"a/{number}", f"b/{number}")
    for name in pair:
        if name in s3.buckets[_BUCKET].keys and number % 2:
            s3.delete_object(_BUCKET, name)
        else:
            s3.put_object(_BUCKET, name, content_of(number))
        time.sleep(0.0005)  # a snapshot taken here would have half a pair


def end(process: int, reading: int, choose: random.Random, *, patience: float) -> int:
    """Kill a life at a random moment; gives how many objects it found, -1 when it was killed before it could tell."""
    found = -1
    began = time.monotonic()
    with os.fdopen(reading) as told:
        if choose.random() < 0.85:
            line = told.readline()
            assert line.strip(), "a life did not start"
            found = int(line)
            patience = max(patience, time.monotonic() - began)  # a slow machine needs longer for a snapshot too
        time.sleep(choose.random() * patience)
        kill = os.killpg if choose.random() < 0.5 else os.kill
        kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    return found


def main(folder: Path, count: int, seed: int) -> None:
    wiring.catch_up()  # as in the server, where objects are made by these services' patches
    choose = random.Random(seed)
    for number in range(count):
        reading, writing = os.pipe()
        process = os.fork()
        if process == 0:
            os.setpgid(0, 0)
            os.close(reading)
            live(folder, writing, seed * 1000 + number)
        os.setpgid(process, process)
        os.close(writing)
        print(end(process, reading, choose, patience=0.15), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
