"""The actions that the toolkit knows are those of the template, the optional environment among them."""

from rehearsal.toolkit.parameters import user_parameters, workshop_actions

TEST = '{"env": "Prod", "s3bucket": "my-bucket", "s3key": "test/test.csv"}'


def test_every_action_with_a_function_is_found_with_its_parameter() -> None:
    found = {action.path: (action.function, action.stack_parameter) for action in workshop_actions.all_of()}
    assert found["Train/TrainModel"] == ("TrainModel", "TrainUserParameters")
    assert found["Train/GetStatus"] == ("GetStatus", None)
    assert found["DeployDev/SmokeTest"] == ("EvaluateModel", "SmokeTestUserParameters")
    assert found["DeployProd/DeployModel"] == ("DeployModel", "DeployProdUserParameters")
    assert found["DeployProd/ProdTest"] == ("EvaluateModel", "ProdTestUserParameters")


def test_every_parameter_named_user_parameters_belongs_to_an_action() -> None:
    from rehearsal.toolkit import project
    from rehearsal.toolkit.stacks import template_files

    declared = template_files.read(project.find().pipeline_template)["Parameters"]
    named = {name for name in declared if name.endswith("UserParameters")}
    assert {action.stack_parameter for action in workshop_actions.settable()} == named


def test_the_optional_environment_is_checked_as_the_others() -> None:
    assert user_parameters.check("DeployProd/ProdTest", TEST).problems == ()
