"""The parts of an ARN that tell where a resource lives. Pure."""


def account_of(arn: str) -> str:
    """The account that an ARN names; empty for one without account (a bucket's), and for what is no ARN."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 else ""
