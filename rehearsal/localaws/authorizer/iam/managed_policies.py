"""AWS's own managed policies (``arn:aws:iam::aws:policy/...``), there from the first time that somebody asks for one.

moto has their documents (some 1,600) but reads them at start or never; reading takes a fifth of a second and 20 MB,
which a run without any should not pay. So the account's table of policies fills itself when it is asked for one of
AWS's or for all.
"""

import json
import threading
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend

from rehearsal.localaws.moto_bridge.replacing import replace

_AWS_OWN = ":iam::aws:policy/"


class ManagedPolicies(dict[str, Any]):
    """Managed policies by ARN; AWS's own come in at the first need."""

    def __init__(self, backend: IAMBackend) -> None:
        super().__init__()
        self._backend = backend
        self._is_filled = False
        self._guard = threading.Lock()

    def _fill(self) -> None:
        with self._guard:
            if not self._is_filled:
                known = dict(self)
                own = [known.get(policy.arn, policy) for policy in _aws_policies(self._backend)]
                self._backend.aws_managed_policies[:] = own
                self.update({policy.arn: policy for policy in own})
                self._is_filled = True

    def kept_as(self) -> "ManagedPolicies":
        """The account's own and those in use; the others come again when somebody asks for them."""
        kept = ManagedPolicies(self._backend)
        kept.update({arn: policy for arn, policy in self.items() if _AWS_OWN not in arn or policy.attachment_count})
        return kept

    def __contains__(self, arn: object) -> bool:
        self._fill_for(arn)
        return super().__contains__(arn)

    def __getitem__(self, arn: str) -> Any:
        self._fill_for(arn)
        return super().__getitem__(arn)

    def get(self, arn: str, default: Any = None) -> Any:
        self._fill_for(arn)
        return super().get(arn, default)

    def values(self) -> Any:
        self._fill()
        return super().values()

    def _fill_for(self, arn: object) -> None:
        if _AWS_OWN in str(arn):
            self._fill()


def _aws_policies(backend: IAMBackend) -> list[AWSManagedPolicy]:
    return [
        AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, data)
        for name, data in json.loads(aws_managed_policies_data).items()
    ]


def _managed_policies(backend: IAMBackend) -> ManagedPolicies:
    return ManagedPolicies(backend)


def install() -> None:
    """Give IAM backends the table that fills itself."""
    replace(IAMBackend, "_init_managed_policies", _managed_policies)
