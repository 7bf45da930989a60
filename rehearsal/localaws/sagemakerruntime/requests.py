"""Who asks, may they, and whose answer they get: what stands between a request that was read and the model."""

from urllib.parse import unquote

from rehearsal.localaws.authorizer import gate, principals
from rehearsal.localaws.authorizer.authentication import Incoming
from rehearsal.localaws.ground import accounts, host
from rehearsal.localaws.sagemaker.named import partition
from rehearsal.localaws.sagemakerruntime import messages
from rehearsal.localaws.sagemakerruntime.invoke import invoke
from rehearsal.localaws.sagemakerruntime.messages import Invocation
from rehearsal.localaws.sagemakerruntime.steps import Steps


def answer_request(incoming: Incoming) -> Steps:
    """The steps: authorise, then invoke."""
    parts = incoming.raw_path.split("/")
    if len(parts) != 4:
        return messages.error(404, "UnknownOperationException", f"There is no {incoming.raw_path}.")
    name, operation = unquote(parts[2]), parts[3]
    region, account_id = _region(incoming), _account(incoming)
    arn = f"arn:{partition(region)}:sagemaker:{region}:{account_id}:endpoint/{name.lower()}"
    denial = gate.authorize(incoming, "sagemaker:InvokeEndpoint", arn, region)
    if denial is not None:
        return messages.error(denial.status, denial.code, denial.message)
    if operation != "invocations":
        return messages.error(501, "NotImplemented", f"The embedded AWS offers no {operation}; use InvokeEndpoint.")
    body = incoming.body if isinstance(incoming.body, bytes) else incoming.body.read()
    return (yield from invoke(Invocation.parse(name, incoming.header, body), region, account_id))


def _account(incoming: Incoming) -> str:
    """The account that the access key belongs to; the first for an unknown key, which is refused later."""
    if not accounts.added:
        return accounts.first()
    principal = principals.find(_scope(incoming)[0])
    return accounts.first() if principal is None else principal.account_id


def _scope(incoming: Incoming) -> list[str]:
    """The signature's scope: ``Credential=KEY/DATE/REGION/SERVICE/aws4_request``."""
    return (incoming.header("authorization") or "").partition("Credential=")[2].split("/", 4)


def _region(incoming: Incoming) -> str:
    scope = _scope(incoming)
    return scope[2] if len(scope) > 3 else host.current().settings.region
