"""unittest: a case whose tests each find the embedded AWS new."""

import atexit
import unittest
from typing import ClassVar

from rehearsal.testing import server
from rehearsal.testing.server import EmbeddedAws


class EmbeddedAwsTestCase(unittest.TestCase):
    """``self.aws`` is an :class:`EmbeddedAws` without anything in it; SDKs of this process go to it.

    All cases of a process share one server, which is started for the first of them.
    """

    aws: EmbeddedAws
    _shared: ClassVar[EmbeddedAws | None] = None

    def setUp(self) -> None:
        """Have it new; a case with a ``setUp`` of its own calls this one first."""
        super().setUp()
        if EmbeddedAwsTestCase._shared is None:
            EmbeddedAwsTestCase._shared = server.start()
            atexit.register(EmbeddedAwsTestCase._shared.stop)
        self.aws = EmbeddedAwsTestCase._shared
        self.aws.reset()
        self.enterContext(self.aws.in_environment())
