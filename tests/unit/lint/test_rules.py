"""The rules find a bad UserParameters in any template, at its line and column."""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from cfnlint.config import ConfigMixIn
from cfnlint.decode import decode
from cfnlint.rules import Match, Rules
from cfnlint.template.template import Template

ROOT = Path(__file__).parents[3]
RULES = str(ROOT / "rehearsal" / "lint")

PIPELINE = """\
Resources:
  Evaluate:
    Type: AWS::Lambda::Function
    Properties:
      {{Handler: evaluate_model.lambda_handler, Role: arn:aws:iam::1:role/r, Code: {{ZipFile: x}}, Runtime: python3.13}}
  Pipeline:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      RoleArn: arn:aws:iam::123456789012:role/r
      ArtifactStore: {{Type: S3, Location: bucket}}
      Stages:
        - Name: Source
          Actions:
            - Name: Config
              Namespace: Source
              ActionTypeId: {{Category: Source, Owner: AWS, Provider: {source}, Version: "1"}}
              OutputArtifacts: [{{Name: Out}}]
              Configuration: {{S3Bucket: b, S3ObjectKey: k, RepositoryName: r, BranchName: b}}
        - Name: Test
          Actions:
            - Name: FullTest
              Namespace: Test
              RunOrder: 2
              ActionTypeId: {{Category: Invoke, Owner: AWS, Provider: Lambda, Version: "1"}}
              Configuration:
                FunctionName: {function}
                UserParameters: {parameters}
"""
GOOD = '{"env": "Test", "s3bucket": "mlops-data-sde", "s3key": "test/test.csv"}'


@cache
def rules() -> Rules:
    """Ours alone, loaded as cfn-lint's option -a does: its own take a second a template."""
    return Rules.create_from_directory(RULES)


def matches_of(template: Path) -> list[Match]:
    decoded, errors = decode(str(template))
    assert not errors
    cfn = Template(str(template), decoded, ["us-east-1"])
    return list(rules().run(filename=str(template), cfn=cfn, config=ConfigMixIn(regions=["us-east-1"])))


def found(
    tmp_path: Path, parameters: str, function: str = "!Ref Evaluate", source: str = "S3", head: str = ""
) -> list[tuple[str, int, int, str]]:
    """The rules' matches as (rule, line, column, message)."""
    template = tmp_path / "template.yaml"
    template.write_text(head + PIPELINE.format(parameters=parameters, function=function, source=source))
    return [(match.rule.id, match.linenumber, match.columnnumber, match.message) for match in matches_of(template)]


def column(parameters: str, piece: str) -> int:
    """Where ``piece`` stands in the template's last line."""
    return len("                UserParameters: ") + parameters.index(piece) + 1


LAST_LINE = PIPELINE.count("\n")


@pytest.mark.parametrize(
    "parameters",
    [
        f"'{GOOD}'",
        "!Sub '" + GOOD.replace("sde", "${AWS::AccountId}") + "'",
        "!Sub ['" + GOOD.replace("sde", "${X}") + "', {X: y}]",
        "!Sub '" + GOOD.replace('"s3key"', '"connections": ${AWS::AccountId}, "s3key"') + "'",
        "'" + GOOD.replace("test.csv", "#{Source.VersionId}") + "'",
        "'" + GOOD.replace("}", ', "execution-id": "#{codepipeline.PipelineExecutionId}"}') + "'",
    ],
)
def test_good_parameters_pass(tmp_path: Path, parameters: str) -> None:
    assert found(tmp_path, parameters) == []


@pytest.mark.parametrize(
    ("parameters", "piece", "message"),
    [
        (
            '\'{"env": "Test", "s3bucket": "mlops-data-sde"}", "s3key": "/test/test.csv"}\'',
            '", "s3key',
            'remove the `"}`',
        ),
        ("'" + GOOD.replace("s3bucket", "s3bukket") + "'", '"s3bukket"', "did you mean 's3bucket'?"),
        ("'" + GOOD.replace("}", ', "connections": "many"}') + "'", '"many"', "must be an integer in [1, 32]"),
        ("'" + GOOD.replace("}", ', "connections": 33}') + "'", "33", "33 is not in [1, 32]"),
        (
            "!Sub '" + GOOD.replace("mlops", "${AWS::Region}").replace('"Test"', '"T-t"') + "'",
            '"T-t"',
            "1 to 12 letters and digits",
        ),
        ("!If [IsA, '" + GOOD + "', '" + GOOD.replace("Test", "T t") + "']", '"T t"', "1 to 12 letters and digits"),
    ],
)
def test_bad_parameters_are_found_at_their_character(tmp_path: Path, parameters: str, piece: str, message: str) -> None:
    matches = found(tmp_path, parameters, head="")
    rule, line, at, said = matches[0]
    assert (rule, line, at) == ("E9101", LAST_LINE, column(parameters, piece))
    assert message in said


def test_a_folded_text_is_found_in_its_own_line(tmp_path: Path) -> None:
    folded = (
        '>-\n                  {"env": "Test",\n                  "s3bukket": "mlops-data-sde", "s3bucket": '
        '"aaa", "s3key": "k"}'
    )
    rule, line, at, _ = found(tmp_path, folded)[0]
    assert (rule, line, at) == ("E9101", LAST_LINE + 2, 19)


def test_the_default_of_a_parameter_is_checked_in_its_own_place(tmp_path: Path) -> None:
    head = 'Parameters:\n  Full:\n    Type: String\n    Default: \'{"env": "Test", "s3bucket": "aaa", "s3key": 7}\'\n'
    rule, line, at, said = found(tmp_path, "!Ref Full", head=head)[0]
    assert (rule, line, at) == ("E9101", 4, head.splitlines()[3].index("7") + 1)
    assert "'s3key' must be a string" in said


@pytest.mark.parametrize(
    "function", ["MLOps-BIA-EvaluateModel-sde", "!Sub MLOps-BIA-EvaluateModel-${AWS::AccountId}", "!Ref Evaluate"]
)
def test_functions_are_known_by_name_or_handler(tmp_path: Path, function: str) -> None:
    assert found(tmp_path, "'{}'", function)[0][0] == "E9101"


def test_parameters_of_other_functions_may_be_anything(tmp_path: Path) -> None:
    assert found(tmp_path, "'no JSON at all'", "somebody-elses") == []


def test_long_parameters_are_found(tmp_path: Path) -> None:
    parameters = "'" + GOOD.replace("test.csv", "t" * 1000) + "'"
    assert [(rule, "1000" in said) for rule, _, _, said in found(tmp_path, parameters)] == [("W9102", True)]


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("#{Sourc.VersionId}", "did you mean Source?"),
        ("#{Source.Version}", "did you mean VersionId?"),
        ("#{Test.Rows}", "no earlier action has"),
        ("#{codepipeline.ExecutionId}", "PipelineExecutionId alone"),
        ("#{variables.Key}", "not declared"),
    ],
)
def test_variables_that_nothing_gives_are_found(tmp_path: Path, variable: str, message: str) -> None:
    parameters = "'" + GOOD.replace("test.csv", variable) + "'"
    _, line, at, said = next(each for each in found(tmp_path, parameters) if each[0] == "E9103")
    assert (line, at) == (LAST_LINE, column(parameters, variable))
    assert message in said


@pytest.mark.parametrize(("variable", "breaks"), [("CommitMessage", True), ("CommitId", False)])
def test_variables_that_may_hold_a_quote_are_found(tmp_path: Path, variable: str, breaks: bool) -> None:
    parameters = "'" + GOOD.replace("test.csv", f"#{{Source.{variable}}}") + "'"
    assert [rule for rule, *_ in found(tmp_path, parameters, source="CodeCommit")] == (["W9104"] if breaks else [])


@pytest.mark.parametrize("template", sorted((ROOT / "cloudformation").glob("*.yaml")), ids=lambda path: path.name)
def test_the_projects_own_templates_pass(template: Path) -> None:
    assert matches_of(template) == []


def test_cfn_lint_takes_the_package_from_the_command_line(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(PIPELINE.format(parameters="'{}'", function="!Ref Evaluate", source="S3"))
    program = [sys.executable, "-c", "from cfnlint.runner.cli import main; main()", "-a", RULES, "-t", str(template)]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'PipelineLambdaFunctions'}"}
    told = subprocess.run(program, capture_output=True, text=True, env=environment)
    assert "E9101 UserParameters of FullTest (EvaluateModel): the key 'env' is missing" in told.stdout, told


def test_optional_stages_and_actions_are_looked_at_in_both_branches(tmp_path: Path) -> None:
    stage = PIPELINE[PIPELINE.index("        - Name: Test") :]
    optional = stage.replace("        - Name: Test", "        - Fn::If:\n          - IsA\n          - Name: Test")
    indented = "\n".join(
        line if number < 3 else "  " + line for number, line in enumerate(optional.rstrip("\n").split("\n"))
    )
    template = tmp_path / "template.yaml"
    head = PIPELINE[: PIPELINE.index("        - Name: Test")] + indented + '\n          - !Ref "AWS::NoValue"\n'
    bad = "'" + GOOD.replace("s3bucket", "s3bukket") + "'"
    template.write_text(head.format(parameters=bad, function="!Ref Evaluate", source="S3"))
    assert [match.rule.id for match in matches_of(template)] == ["E9101", "E9101"], "unknown key, and a missing one"
