"""What Lambda checks before it maps a queue to a function.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

from __future__ import annotations

from moto.sqs.models import Queue

from rehearsal.localaws.authorizer import identity, principals
from rehearsal.localaws.authorizer.decide import Circumstances, decide
from rehearsal.localaws.authorizer.requests import Need
from rehearsal.localaws.functions.record import FunctionRecord
from rehearsal.localaws.ground.errors import AwsError

_NEEDED = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def check(function: FunctionRecord, queue: Queue) -> None:
    """Whether the function can be fed from the queue.

    Raises:
        AwsError: InvalidParameterValueException.
    """
    _check_role(function, queue)
    visible_after, timeout = int(queue.visibility_timeout), int(function.timeout)
    if visible_after < timeout:
        message = f"Queue visibility timeout: {visible_after} seconds is less than Function timeout: {timeout} seconds"
        raise AwsError("InvalidParameterValueException", message, Type="User")


def _check_role(function: FunctionRecord, queue: Queue) -> None:
    credentials = identity.assume_role(function.role, function.function_name, service="lambda.amazonaws.com")
    circumstances = Circumstances(principals.find(credentials.access_key_id), function.region)
    keys = circumstances.keys()
    for operation in _NEEDED:
        if not decide(Need(f"sqs:{operation}", queue.queue_arn, {}), circumstances, keys).allowed:
            message = f"The provided execution role does not have permissions to call {operation} on SQS"
            raise AwsError("InvalidParameterValueException", message, Type="User")
