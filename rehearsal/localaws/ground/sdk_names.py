"""Services by the names that SDK integrations have for them: ``aws-sdk:sfn:startExecution``,
``aws-sdk:cloudwatchlogs:...``.

Step Functions and EventBridge Scheduler name a service by its id in AWS's models, in lower case and without blanks.
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import re
from functools import cache

from botocore.session import Session

_OTHERWISE = {
    "applicationdiscoveryservice": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "costandusagereportservice": "cur",
    "costexplorer": "ce",
    "databasemigrationservice": "dms",
    "directoryservice": "ds",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearchservice": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
}
"""Where botocore's name is another one, not only with hyphens: botocore's ``service_id`` of each service."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\s-]+")


def boto_name(sdk_name: str) -> str | None:
    """botocore's name of a service (``stepfunctions`` for ``sfn``); None when AWS has no service of that name."""
    if sdk_name in _OTHERWISE:
        return _OTHERWISE[sdk_name]
    return _by_plain_name().get(sdk_name)


@cache
def _by_plain_name() -> dict[str, str]:
    hidden = set(_OTHERWISE.values())
    return {name.replace("-", ""): name for name in Session().get_available_services() if name not in hidden}


def java_name(service_id: str) -> str:
    """A service id as the classes of AWS's SDK for Java are named, and so the errors of SDK integrations.

    ``SFN`` is ``Sfn``, ``DynamoDB`` is ``DynamoDb``, ``CloudWatch Logs`` is ``CloudWatchLogs``.
    """
    return "".join(word.capitalize() for word in _WORD.split(service_id) if word)
