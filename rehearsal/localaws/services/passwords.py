"""Secrets Manager's GetRandomPassword: from the characters that are left, or the refusal where a kind that is wanted
has none left.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
"""

import json
import random
import string
from typing import Any

from moto.secretsmanager.models import SecretsManagerBackend

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.moto_bridge.replacing import replace

_chance = random.SystemRandom()


def install() -> None:
    """In place of moto's, which fails where all of a kind are excluded."""
    replace(SecretsManagerBackend, "get_random_password", _get_random_password)


def _get_random_password(
    _backend: Any,
    password_length: int,
    exclude_characters: str,
    exclude_numbers: bool,
    exclude_punctuation: bool,
    exclude_uppercase: bool,
    exclude_lowercase: bool,
    include_space: bool,
    require_each_included_type: bool,
) -> str:
    wanted = (
        (string.ascii_lowercase, not exclude_lowercase),
        (string.ascii_uppercase, not exclude_uppercase),
        (string.digits, not exclude_numbers),
        (string.punctuation, not exclude_punctuation),
        (" ", include_space),
    )
    kinds = [_without(kind, exclude_characters or "") for kind, is_wanted in wanted if is_wanted]
    return json.dumps({"RandomPassword": password(kinds, password_length, each=require_each_included_type)})


def _without(kind: str, excluded: str) -> str:
    return "".join(character for character in kind if character not in excluded)


def password(kinds: list[str], length: int, *, each: bool) -> str:
    """``length`` characters of ``kinds``, with one of each kind where ``each`` says so.

    Raises:
        AwsError: InvalidParameterException, when that cannot be.
    """
    if not "".join(kinds) or (each and not all(kinds)):
        raise AwsError("InvalidParameterException", "The characters that are left do not make the password asked for.")
    if each and length < len(kinds):
        raise AwsError("InvalidParameterException", "Password length is too short based on the required types.")
    chosen = [_chance.choice(kind) for kind in kinds] if each else []
    chosen += _chance.choices("".join(kinds), k=length - len(chosen))
    _chance.shuffle(chosen)
    return "".join(chosen)
