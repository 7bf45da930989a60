"""Many stacks at a time do not disturb each other, and the start does not pay for what it does not use."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

STACKS = 30


def test_thirty_stacks_side_by_side(stacks, unique):
    stem = unique("side")

    def template(number):
        resources = {
            f"P{i}": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": f"{number}-{i}"}}
            for i in range(3)
        }
        return {"Resources": resources, "Outputs": {"First": {"Value": {"Fn::GetAtt": "P0.Value"}}}}

    def deploy(number):
        name = f"{stem}-{number}"
        return stacks.create(name, template(number))["StackStatus"], stacks.outputs(name)

    with ThreadPoolExecutor(STACKS) as pool:
        found = list(pool.map(deploy, range(STACKS)))
    assert found == [("CREATE_COMPLETE", {"First": f"{number}-0"}) for number in range(STACKS)]
    with ThreadPoolExecutor(STACKS) as pool:
        gone = list(pool.map(lambda number: stacks.delete(f"{stem}-{number}")["StackStatus"], range(STACKS)))
    assert gone == ["DELETE_COMPLETE"] * STACKS


def test_one_name_is_taken_once_by_callers_at_the_same_time(aws, unique):
    name, client = unique("same"), aws.client("cloudformation")

    def create(_):
        try:
            client.create_stack(StackName=name, TemplateBody='{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}')
        except client.exceptions.AlreadyExistsException:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(create, range(8))) == 1


def test_wiring_does_not_import_what_costs_a_second():
    code = (
        "import sys; from rehearsal.localaws.moto_bridge import wiring; wiring.install();"
        "print([name for name in ('moto.cloudformation.parsing', 'cfnlint', 'samtranslator', 'pydantic')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
