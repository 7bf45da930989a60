"""Functions run the uploaded zip for real."""

import base64
import io
import json
import time
import zipfile
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import botocore.exceptions
import pytest

from tests.localaws.deploying import zip_of
from tests.localaws.inboxes import make_role

ECHO = "def handler(event, context):\n    return {'got': event}\n"


def log_of(answer: dict[str, Any]) -> str:
    return base64.b64decode(answer["LogResult"]).decode()


def test_function_runs_and_answers(deploy: Any, invoke: Any) -> None:
    payload, answer = invoke(deploy(ECHO), {"x": [1, "ä"]})
    assert payload == {"got": {"x": [1, "ä"]}}
    assert answer["StatusCode"] == 200
    assert answer["ExecutedVersion"] == "$LATEST"
    assert "FunctionError" not in answer


def test_log_has_the_lines_that_lambda_writes(aws: Any, deploy: Any, invoke: Any) -> None:
    source = (
        "import logging\nlogging.getLogger().setLevel('INFO')\nprint('importing')\n"
        "def handler(event, context):\n    print('hello')\n    logging.info('by logging')\n"
    )
    name = deploy(source)
    _, answer = invoke(name)
    request_id = answer["ResponseMetadata"]["RequestId"]
    lines = log_of(answer).splitlines()
    assert lines[0].startswith("INIT_START Runtime Version: python:3.12.")
    assert lines[1] == "importing"
    assert lines[2] == f"START RequestId: {request_id} Version: $LATEST"
    assert lines[3] == "hello"
    assert lines[4].startswith("[INFO]\t") and lines[4].endswith(f"Z\t{request_id}\tby logging")
    assert lines[5] == f"END RequestId: {request_id}"
    assert lines[6].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "\tMemory Size: 128 MB\tMax Memory Used: " in lines[6] and "\tInit Duration: " in lines[6]
    stored = aws.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    assert [event["message"] for event in stored] == lines


def test_second_invocation_is_warm(deploy: Any, invoke: Any) -> None:
    name = deploy("calls = []\ndef handler(event, context):\n    calls.append(1)\n    return len(calls)\n")
    assert [invoke(name)[0] for _ in range(3)] == [1, 2, 3]
    _, answer = invoke(name)
    assert "INIT_START" not in log_of(answer) and "Init Duration" not in log_of(answer)


def test_change_of_configuration_makes_a_cold_start(aws: Any, deploy: Any, invoke: Any) -> None:
    name = deploy("import os\ndef handler(event, context):\n    return os.environ.get('COLOUR')\n")
    assert invoke(name)[0] is None
    aws.client("lambda").update_function_configuration(
        FunctionName=name, Environment={"Variables": {"COLOUR": "green"}}
    )
    payload, answer = invoke(name)
    assert payload == "green"
    assert "INIT_START" in log_of(answer)


def test_new_code_runs_after_update(aws: Any, deploy: Any, invoke: Any) -> None:
    name = deploy("def handler(event, context):\n    return 1\n")
    assert invoke(name)[0] == 1
    new = zip_of({"app.py": "def handler(event, context):\n    return 2\n"})
    aws.client("lambda").update_function_code(FunctionName=name, ZipFile=new)
    assert invoke(name)[0] == 2


def test_code_from_an_object_version(aws: Any, deploy: Any, invoke: Any, unique: Any) -> None:
    bucket, s3 = unique("code"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="f.zip", Body=zip_of({"app.py": "def handler(e, c):\n    return 'old'\n"}))
    s3.put_object(Bucket=bucket, Key="f.zip", Body=zip_of({"app.py": "def handler(e, c):\n    return 'new'\n"}))
    location = {"S3Bucket": bucket, "S3Key": "f.zip"}
    assert invoke(deploy("", Code=location))[0] == "new"
    assert invoke(deploy("", Code={**location, "S3ObjectVersion": first["VersionId"]}))[0] == "old"


def test_exception_is_the_functions_error(deploy: Any, invoke: Any) -> None:
    payload, answer = invoke(deploy("def handler(event, context):\n    raise KeyError('wine')\n"))
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "KeyError"
    assert payload["errorMessage"] == "'wine'"
    assert payload["stackTrace"][0].lstrip().startswith('File "/var/task/')
    assert "[ERROR] KeyError: 'wine'" in log_of(answer)
    assert 'File "/var/task/app.py", line 2, in handler' in log_of(answer).replace("\xa0", " ")


def test_timeout_is_told_as_lambda_tells_it(deploy: Any, invoke: Any) -> None:
    source = "import time\ndef handler(event, context):\n    print('begun')\n    time.sleep(60)\n"
    name = deploy(source, Timeout=1)
    began = time.monotonic()
    payload, answer = invoke(name)
    assert 1 <= time.monotonic() - began < 60, "it was not let sleep"
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert payload == {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: {request_id} Error: Task timed out after 1.00 seconds",
    }
    log = log_of(answer)
    assert "begun" in log and f"{request_id} Task timed out after 1.00 seconds" in log and "\tStatus: timeout" in log
    _, again = invoke(name)
    assert "INIT_START" in log_of(again)


@pytest.mark.parametrize(
    ("crash", "reason"),
    [
        ("os._exit(3)", "Runtime exited with error: exit status 3"),
        ("os._exit(0)", "Runtime exited without providing a reason"),
        ("os.kill(os.getpid(), 9)", "Runtime exited with error: signal: killed"),
    ],
)
def test_crash_is_told_as_lambda_tells_it(deploy: Any, invoke: Any, crash: str, reason: str) -> None:
    payload, answer = invoke(deploy(f"import os\ndef handler(event, context):\n    print('last words')\n    {crash}\n"))
    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith(f"Error: {reason}")
    assert "last words" in log_of(answer) and "Status: error\tError Type: Runtime.ExitError" in log_of(answer)


def test_function_beyond_its_memory_is_killed(deploy: Any, invoke: Any) -> None:
    source = "import time\ndef handler(event, context):\n    kept = bytearray(300 * 1024 * 1024)\n    time.sleep(60)\n"
    payload, answer = invoke(deploy(source, MemorySize=200, Timeout=120))
    assert payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert "Max Memory Used: 200 MB" in log_of(answer) and "Error Type: Runtime.OutOfMemory" in log_of(answer)


@pytest.mark.parametrize(
    ("handler", "error_type", "message"),
    [
        (
            "missing.handler",
            "Runtime.ImportModuleError",
            "Unable to import module 'missing': No module named 'missing'",
        ),
        ("app.absent", "Runtime.HandlerNotFound", "Handler 'absent' missing on module 'app'"),
        ("app", "Runtime.MalformedHandlerName", "Bad handler 'app': not enough values to unpack (expected 2, got 1)"),
    ],
)
def test_init_error_is_told_by_the_runtime(
    deploy: Any, invoke: Any, handler: str, error_type: str, message: str
) -> None:
    payload, answer = invoke(deploy(ECHO, Handler=handler))
    assert answer["FunctionError"] == "Unhandled"
    assert (payload["errorType"], payload["errorMessage"]) == (error_type, message)
    reports = [line for line in log_of(answer).splitlines() if line.startswith("INIT_REPORT")]
    assert [f"Phase: {phase}\tStatus: error\tError Type: {error_type}" for phase in ("init", "invoke")] == [
        report.partition(" ms\t")[2] for report in reports
    ]


def test_package_outside_the_runtime_is_not_found(deploy: Any, invoke: Any) -> None:
    """What is installed beside Rehearsal must not stand in for what the zip lacks."""
    payload, _ = invoke(deploy("import moto\ndef handler(e, c): pass\n"))
    assert payload["errorMessage"] == "Unable to import module 'app': No module named 'moto'"


def test_response_beyond_the_limit(deploy: Any, invoke: Any) -> None:
    name = deploy("def handler(event, context):\n    return 'x' * event\n")
    payload, answer = invoke(name, 6_291_555)
    assert payload == {
        "errorMessage": "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
        "errorType": "Function.ResponseSizeTooLarge",
    }
    assert answer["FunctionError"] == "Unhandled"
    fitting, answer = invoke(name, 6_291_554)
    assert len(fitting) == 6_291_554 and "INIT_START" not in log_of(answer)


def test_context_tells_what_lambda_tells(aws: Any, deploy: Any, invoke: Any) -> None:
    source = (
        "def handler(event, context):\n"
        "    return [context.function_name, context.function_version, context.invoked_function_arn,\n"
        "            context.memory_limit_in_mb, context.log_group_name, context.aws_request_id,\n"
        "            0 < context.get_remaining_time_in_millis() <= 7000, context.client_context.custom]\n"
    )
    name = deploy(source, Timeout=7, MemorySize=256)
    client_context = base64.b64encode(json.dumps({"custom": {"a": "b"}}).encode()).decode()
    payload, answer = invoke(name, ClientContext=client_context)
    arn = f"arn:aws:lambda:us-east-1:{aws.announced.account_id}:function:{name}"
    request_id = answer["ResponseMetadata"]["RequestId"]
    assert payload == [name, "$LATEST", arn, "256", f"/aws/lambda/{name}", request_id, True, {"a": "b"}]


def test_function_acts_with_its_role(aws: Any, deploy: Any, invoke: Any, execution_role: str) -> None:
    name = deploy("import boto3\ndef handler(e, c):\n    return boto3.client('sts').get_caller_identity()['Arn']\n")
    role_name = execution_role.rpartition("/")[2]
    assert invoke(name)[0] == f"arn:aws:sts::{aws.announced.account_id}:assumed-role/{role_name}/{name}"


def test_dry_run_runs_nothing(aws: Any, deploy: Any) -> None:
    name = deploy("raise SystemExit\n")
    answer = aws.client("lambda").invoke(FunctionName=name, InvocationType="DryRun")
    assert answer["StatusCode"] == 204
    with pytest.raises(botocore.exceptions.ClientError, match="ResourceNotFoundException"):
        aws.client("logs").describe_log_streams(logGroupName=f"/aws/lambda/{name}")


def test_waiters_find_the_function_active(aws: Any, deploy: Any) -> None:
    client, name = aws.client("lambda"), deploy(ECHO)
    for waiter in ("function_active_v2", "function_updated_v2", "function_exists"):
        client.get_waiter(waiter).wait(FunctionName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1})


def test_event_that_is_not_json_is_refused(aws: Any, deploy: Any) -> None:
    name = deploy(ECHO)
    with pytest.raises(botocore.exceptions.ClientError, match=r"InvalidRequestContentException.*Could not parse"):
        aws.client("lambda").invoke(FunctionName=name, Payload=b"{oops")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"Code": {"ZipFile": b"no zip"}}, "Could not unzip uploaded file"),
        ({"Code": {"S3Bucket": "no-such-bucket-at-all", "S3Key": "k"}}, "S3 Error Code: NoSuchBucket"),
        ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, "Reserved keys used in this request: AWS_REGION"),
        ({"Runtime": "python3.6"}, "The runtime parameter of python3.6 is no longer supported"),
        ({"Runtime": "nodejs22.x"}, "runs Python functions only, not nodejs22.x"),
        ({"Runtime": "python9.9"}, "Value python9.9 at 'runtime' failed to satisfy constraint"),
        ({"Timeout": 901}, "Value '901' at 'timeout' failed to satisfy constraint"),
        ({"Role": "arn:aws:iam::123456789012:role/absent"}, "cannot be assumed by Lambda"),
    ],
)
def test_what_lambda_refuses(deploy: Any, members: dict[str, Any], message: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=message):
        deploy(ECHO, **members)


def test_failed_update_leaves_the_function_as_it_was(aws: Any, deploy: Any, invoke: Any) -> None:
    name = deploy("def handler(e, c):\n    return 1\n")
    with pytest.raises(botocore.exceptions.ClientError, match="Could not unzip"):
        aws.client("lambda").update_function_code(FunctionName=name, ZipFile=b"broken")
    assert invoke(name)[0] == 1


def test_a_dead_letter_queue_needs_the_right_at_once(aws: Any, unique: Any, deploy: Any) -> None:
    name, queue = deploy(ECHO), aws.client("sqs").create_queue(QueueName=unique("dead"))["QueueUrl"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue.rpartition('/')[2]}"
    role = make_role(aws, unique("letters"), ("lambda",), "logs:CreateLogGroup")
    functions, words = aws.client("lambda"), "does not have permissions to call SendMessage on SQS"
    with pytest.raises(botocore.exceptions.ClientError, match=words):
        functions.update_function_configuration(FunctionName=name, Role=role, DeadLetterConfig={"TargetArn": arn})
    allowed = make_role(aws, unique("sender"), ("lambda",), "sqs:SendMessage")
    functions.update_function_configuration(FunctionName=name, Role=allowed, DeadLetterConfig={"TargetArn": arn})
    code = {"ZipFile": zip_of({"index.py": ECHO})}
    made = {"FunctionName": unique("made"), "Runtime": "python3.12", "Handler": "index.handler", "Code": code}
    with pytest.raises(botocore.exceptions.ClientError, match=words):
        functions.create_function(**made, Role=role, DeadLetterConfig={"TargetArn": arn})


def test_a_zip_that_lies_about_its_size_is_refused_at_upload(aws: Any, deploy: Any, unique: Any) -> None:
    """As a function and as a layer: not when it is first run."""
    text = "x = 1\n" * 10_000
    lying = zip_of({"app.py": text}).replace(len(text).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    with pytest.raises(botocore.exceptions.ClientError, match=r"InvalidParameterValueException.*Could not unzip"):
        deploy(ECHO, Code={"ZipFile": lying})
    with pytest.raises(botocore.exceptions.ClientError, match=r"InvalidParameterValueException.*Could not unzip"):
        aws.client("lambda").publish_layer_version(LayerName=unique("layer"), Content={"ZipFile": lying})


def test_the_link_to_the_code_leads_to_the_zip_and_a_guessed_one_to_nothing(aws: Any, deploy: Any) -> None:
    name = deploy(ECHO)
    link = aws.client("lambda").get_function(FunctionName=name)["Code"]["Location"]
    with urlopen(link) as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.read()))
    assert [archive.read(each).decode() for each in archive.namelist()] == [ECHO]
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{link[:-4]}abcd")
