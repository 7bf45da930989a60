"""The git configuration of a build: URLs of CodeCommit lead to this server, and ``git-credential-helper`` signs in.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env.git-credential-helper
"""

from pathlib import Path

from rehearsal.localaws.ground import host

_HELPER = """#!/bin/sh
[ "$1" = get ] || exit 0
printf 'username=%s%%%s\\npassword=%s\\n' "$AWS_ACCESS_KEY_ID" "$AWS_SESSION_TOKEN" "$AWS_SECRET_ACCESS_KEY"
"""


def write(home: Path, region: str, *, signs_in: bool) -> None:
    """Write ``.gitconfig`` into a build's home; ``signs_in``: git is given the credentials of the build's role."""
    here = host.current().endpoint_url
    lines = [
        f'[url "{here}/git-codecommit/{region}/"]',
        f"\tinsteadOf = https://git-codecommit.{region}.amazonaws.com/",
    ]
    if signs_in:
        helper = home / ".codecommit-credentials"
        helper.write_text(_HELPER)
        helper.chmod(0o700)
        lines += [f'[credential "{here}"]', f'\thelper = "{helper}"', "\tuseHttpPath = true"]
    (home / ".gitconfig").write_text("\n".join(lines) + "\n")
