"""The stack that watches an endpoint, as data; docs/monitoring.md is its test at work."""

from tests.templates.conftest import FOLDER, load

TEMPLATE = FOLDER / "monitoring" / "endpoint.yaml"
MOST_INLINE = 4096
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html"""


def test_its_functions_fit_into_the_template_and_are_python() -> None:
    functions = {
        name: resource["Properties"]["Code"]["ZipFile"]
        for name, resource in load(TEMPLATE)["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    assert sorted(functions) == ["ReportFunction", "StartFunction"]
    for name, code in functions.items():
        assert len(code.encode()) <= MOST_INLINE, name
        compile(code, name, "exec")


def test_no_statement_is_wider_than_aws_lets_it_be() -> None:
    roles = [each for each in load(TEMPLATE)["Resources"].values() if each["Type"] == "AWS::IAM::Role"]
    statements = [
        statement
        for role in roles
        for policy in role["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        if "Fn::If" not in statement
    ]
    everywhere = {str(each["Action"]) for each in statements if each["Resource"] == "*"}
    assert everywhere == {"ecr:GetAuthorizationToken", "cloudwatch:PutMetricData"}
