"""The administrator of an account: the IAM user whose key the laptop's owner works with."""

import json

from moto.iam.models import AccessKey, iam_backends

from rehearsal.localaws.ground import host
from rehearsal.localaws.ground.host import Credentials

USER_NAME = "admin"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def find(account_id: str) -> Credentials | None:
    """The administrator of an account that was kept; None in a new one."""
    user = iam_backends[account_id]["aws"].users.get(USER_NAME)
    if user is None or not user.access_keys:
        return None
    return Credentials(user.access_keys[0].access_key_id, user.access_keys[0].secret_access_key)


def renew(account_id: str) -> Credentials | None:
    """Another key in place of all that the administrator of a kept account has; None in a new account."""
    if find(account_id) is None:
        return None
    iam = iam_backends[account_id]["aws"]
    for old in [*iam.users[USER_NAME].access_keys]:
        iam.delete_access_key(old.access_key_id, USER_NAME)
    key = iam.create_access_key(USER_NAME)
    return Credentials(key.access_key_id, key.secret_access_key)


TEST_KEY = "test"
"""Key id and secret that tutorials and other local stacks of AWS use."""


def take_test_key(account_id: str, *, taken: bool) -> None:
    """Take the key ``test`` with the secret ``test`` for the administrator's, or, without ``taken``, no longer.

    It is none of the user's own keys: ListAccessKeys does not show it, and a kept account forgets it.
    """
    iam = iam_backends[account_id]["aws"]
    iam.access_keys.pop(TEST_KEY, None)
    if taken:
        key = AccessKey(USER_NAME, "AKIA", account_id)
        key.access_key_id = key.secret_access_key = TEST_KEY
        iam.access_keys[TEST_KEY] = key


def usual_key(access_key_id: str) -> str:
    """The administrator's own key in place of the test key; any other as it is."""
    return host.current().admin.access_key_id if access_key_id == TEST_KEY else access_key_id


def create(account_id: str, region: str) -> Credentials:
    """Make the user and a key of its own; the secret is new at every start."""
    iam = iam_backends[account_id]["aws"]
    iam.create_user(region, USER_NAME)
    iam.put_user_policy(USER_NAME, "Administrator", json.dumps(_EVERYTHING))
    key = iam.create_access_key(USER_NAME)
    return Credentials(key.access_key_id, key.secret_access_key)
