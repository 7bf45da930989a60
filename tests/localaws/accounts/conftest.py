"""The accounts: made once for each worker."""

import pytest

from tests.conftest import EmbeddedAws
from tests.localaws.accounts import support
from tests.localaws.accounts.support import Account


@pytest.fixture(scope="session")
def build(aws: EmbeddedAws) -> Account:
    """The first account."""
    return support.first(aws)


@pytest.fixture(scope="session")
def staging(aws: EmbeddedAws) -> Account:
    """Another one."""
    return support.added(aws, "222222222222", "staging")


@pytest.fixture(scope="session")
def production(aws: EmbeddedAws) -> Account:
    """A third."""
    return support.added(aws, "333333333333", "production")
