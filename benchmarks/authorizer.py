"""How long the authorizer takes for one call: ``python -m benchmarks.authorizer`` prints a table of medians.

It runs in one process without HTTP: a signed request of each kind, as the front hands it over, judged by a role with
the policies of the workshop's functions.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("MOTO_ACCOUNT_ID", "123456789012")

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from rehearsal.localaws.authorizer import administrator, admission, authentication, gate, request_heads
from rehearsal.localaws.authorizer.admission import Arrival
from rehearsal.localaws.authorizer.authentication import Authenticated
from rehearsal.localaws.authorizer.requests import Call
from rehearsal.localaws.ground import host
from rehearsal.localaws.moto_bridge import wiring

ACCOUNT = "123456789012"
RUNS = 2000
STATEMENTS = [
    {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws:logs:*:*:*"},
    {"Effect": "Allow", "Action": "s3:GetObject*", "Resource": "arn:aws:s3:::data-*/*"},
    {
        "Effect": "Allow",
        "Action": "sagemaker:InvokeEndpoint",
        "Resource": f"arn:aws:sagemaker:*:{ACCOUNT}:endpoint/wine-*",
    },
    {
        "Effect": "Allow",
        "Action": "sagemaker:CreateTrainingJob",
        "Resource": "*",
        "Condition": {"StringLike": {"sagemaker:InstanceTypes": "ml.*"}, "Bool": {"aws:SecureTransport": "true"}},
    },
    {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": f"arn:aws:iam::{ACCOUNT}:role/*",
        "Condition": {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    },
    {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::secret-${aws:PrincipalAccount}/*"},
]


def main() -> None:
    """Print the table."""
    session = start()
    print(f"{'call':32} {'median ms':>10} {'99 % ms':>10}")
    for name, judge in cases(session).items():
        times = measured(judge)
        print(f"{name:32} {statistics.median(times):10.3f} {times[int(len(times) * 0.99)]:10.3f}")


def start() -> Any:
    """Wire the services, and give the session of a role."""
    wiring.install()
    settings = host.Settings(port=4566, scratch=Path(tempfile.gettempdir()))
    host.start(host.Host(settings, administrator.create(settings.account_id, settings.region)))
    iam = iam_backends[ACCOUNT]["aws"]
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    for number in range(20):
        role = iam.create_role(f"role-{number}", json.dumps({"Statement": [trust]}), "/", None, "", [], "3600")
        document = {"Version": "2012-10-17", "Statement": STATEMENTS}
        iam.put_role_policy(f"role-{number}", "function", json.dumps(document))
    s3 = s3_backends[ACCOUNT]["aws"]
    s3.create_bucket("data-1", "us-east-1")
    s3.put_object("data-1", "a/b", b"x")
    return sts_backends[ACCOUNT]["aws"].assume_role("us-east-1", "session", role.arn, None, 3600, None)


def cases(session: Any) -> dict[str, Callable[[], Any]]:
    """A judge for each kind of request."""
    training = {
        "TrainingJobName": "wine-1",
        "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/sagemaker",
        "ResourceConfig": {"InstanceType": "ml.m5.large"},
    }
    invoke = environ(session, "sagemaker", "POST", "/endpoints/wine-1/invocations", b"7.4,0.7,0,1.9\n")
    endpoint = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/wine-1"
    return {
        "InvokeEndpoint (short cut)": lambda: gate.authorize(
            request_heads.whole_environ(invoke, b"7.4,0.7,0,1.9\n"), "sagemaker:InvokeEndpoint", endpoint, "us-east-1"
        ),
        "CreateTrainingJob, PassRole": judge(session, "sagemaker", "CreateTrainingJob", training),
        "GetObject": judge(session, "s3", "GetObject", {"Bucket": "data-1", "Key": "a/b"}, path="/data-1/a/b"),
        "PutLogEvents": judge(session, "logs", "PutLogEvents", {"logGroupName": "/a", "logStreamName": "b"}),
    }


def judge(session: Any, service: str, operation: str, params: dict[str, Any], path: str = "/") -> Callable[[], Any]:
    """Judges one request again and again."""
    body = b"" if service == "s3" else json.dumps(params).encode()
    call = Call(service, operation, params, "us-east-1", ACCOUNT)
    asked = environ(session, service, "GET" if service == "s3" else "POST", path, body)

    def run() -> Any:
        head = request_heads.of_environ(asked)
        arrival = admission.arrive(head)
        caller = admission.admit(head, arrival) if isinstance(arrival, Arrival) else None
        if not isinstance(caller, Authenticated):
            return "not admitted"
        wrong = authentication.check_body(caller, head, body)
        return wrong or gate._judge(call, gate._Visit(caller, head))

    return run


def environ(session: Any, service: str, method: str, path: str, body: bytes) -> dict[str, Any]:
    """A signed request as WSGI has it."""
    request = AWSRequest(method, f"http://127.0.0.1:4566{path}", data=body, headers={"Content-Type": "text/csv"})
    credentials = Credentials(session.access_key_id, session.secret_access_key, session.session_token)
    (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, "us-east-1").add_auth(request)
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers.items()}
    return {
        **headers,
        "CONTENT_TYPE": "text/csv",
        "HTTP_HOST": "127.0.0.1:4566",
        "REQUEST_METHOD": method,
        "RAW_URI": path,
        "PATH_INFO": path,
    }


def measured(judge: Callable[[], Any]) -> list[float]:
    """Milliseconds of each run, sorted; every run must end in permission."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        denial = judge()
        times.append((time.perf_counter() - begun) * 1000)
        if denial is not None:
            raise SystemExit(f"refused: {denial}")
    return sorted(times)


if __name__ == "__main__":
    main()
