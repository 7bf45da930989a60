"""Definitions that the service refuses when a pipeline is made: every one with an error, none with a stuck
execution."""

import json
from typing import Any

import pytest

from rehearsal.localaws.sagemaker.pipelines import definition, structure
from rehearsal.localaws.sagemaker.pipelines.invalid import InvalidDefinition
from tests.localaws.sagemaker.pipelines.definitions import (
    XGBOOST,
    callback,
    condition,
    document,
    equals,
    fail,
    function,
    get,
    join,
    json_get,
    parameter,
    processing,
    step,
    training,
)

GOOD = function("A")
OUTPUTS = {"OutputParameters": [{"OutputName": "n", "OutputType": "Integer"}]}
REPORT = {"PropertyFileName": "report", "OutputName": "out", "FilePath": "report.json"}
WITH_OUTPUT = {
    "ProcessingOutputConfig": {
        "Outputs": [
            {
                "OutputName": "out",
                "S3Output": {
                    "S3Uri": "s3://bucket/out",
                    "LocalPath": "/opt/ml/processing/out",
                    "S3UploadMode": "EndOfJob",
                },
            }
        ]
    }
}
POLICY = {"ExceptionType": ["Step.THROTTLING"]}


def cached(config: Any) -> dict[str, Any]:
    return training("T", CacheConfig=config)


def retried(*policies: Any) -> dict[str, Any]:
    return training("T", RetryPolicies=list(policies))


def without(raw: dict[str, Any], member: str) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != member}


BAD: dict[str, tuple[Any, str]] = {
    # the document
    "a list": ([], "Expecting start of Json Object"),
    "no version": (without(document(GOOD), "Version"), "Missing required property 'Version'"),
    "another version": (document(GOOD) | {"Version": "2019-01-01"}, "Unsupported version"),
    "no steps member": (without(document(GOOD), "Steps"), "Missing required property 'Steps'"),
    "no steps": (document(), "at least one step"),
    "steps as an object": (document() | {"Steps": {}}, "Expecting start of Json Array"),
    "a step that is a text": (document("A"), "Expecting start of Json Object"),
    "an unknown member": (document(GOOD, Extra=1), "unknown property 'Extra'"),
    "MLflow": (document(GOOD, MlflowConfig={"MlflowResourceArn": "a"}), "does not offer MLflow"),
    "an unknown member of the experiment": (
        document(GOOD, PipelineExperimentConfig={"Name": "a"}),
        "unknown property 'Name'",
    ),
    "an experiment of a step": (
        document(
            function("A", **OUTPUTS), PipelineExperimentConfig={"ExperimentName": get("Steps.A.OutputParameters['n']")}
        ),
        "cannot refer to steps",
    ),
    "an experiment of an unknown parameter": (
        document(GOOD, PipelineExperimentConfig={"TrialName": get("Parameters.P")}),
        "no such parameter",
    ),
    # parameters
    "a parameter twice": (document(GOOD, parameters=[parameter("P"), parameter("P")]), "must be unique"),
    "a parameter without a name": (document(GOOD, parameters=[{"Type": "String"}]), "required property 'Name'"),
    "a parameter with a space": (document(GOOD, parameters=[parameter("a b")]), "PipelineParameterName"),
    "an unknown type": (document(GOOD, parameters=[parameter("P", "Number")]), "unknown type 'Number'"),
    "a default of another type": (
        document(GOOD, parameters=[parameter("P", "Integer", "1")]),
        "not of its type Integer",
    ),
    "a boolean for a number": (document(GOOD, parameters=[parameter("P", "Float", True)]), "not of its type Float"),
    "a default outside the enum": (
        document(GOOD, parameters=[parameter("P", "String", "c", EnumValues=["a", "b"])]),
        "not one of its EnumValues",
    ),
    "an enum of another type": (
        document(GOOD, parameters=[parameter("P", "Integer", 1, EnumValues=["1"])]),
        "not of its type Integer",
    ),
    "too many parameters": (document(GOOD, parameters=[parameter(f"P{n}") for n in range(201)]), "at most 200"),
    # steps
    "a step without a name": (document(without(GOOD, "Name")), "required property 'Name'"),
    "a name with a dot": (document(function("a.b")), "StepName"),
    "a name too long": (document(function("a" * 65)), "StepName"),
    "a step twice": (document(GOOD, GOOD), "Step names must be unique"),
    "a step twice, once in a branch": (
        document(GOOD, condition("C", [equals(1, 1)], [GOOD])),
        "Step names must be unique",
    ),
    "a step without a type": (document(without(GOOD, "Type")), "Unknown step type 'None'"),
    "an unknown type of step": (document(step("A", "Shell")), "Unknown step type 'Shell'"),
    "a member of another type": (document(function("A", PropertyFiles=[])), "unknown property 'PropertyFiles'"),
    "arguments as a list": (document(function("A", [])), "Expecting start of Json Object"),
    "arguments as a function": (document(function("A", get("Parameters.P"))), "Expecting start of Json Object"),
    "a description that is a number": (document(function("A", Description=1)), "Json String for Description"),
    # dependencies
    "an unknown step": (document(function("A", DependsOn=["B"])), "depends on the step 'B', which does not exist"),
    "itself": (document(function("A", DependsOn=["A"])), "Cycle detected"),
    "a cycle of two": (
        document(function("A", DependsOn=["B"]), function("B", DependsOn=["A"])),
        "A -> B -> A|B -> A -> B",
    ),
    "a cycle through a reference": (
        document(function("A", DependsOn=["B"], **OUTPUTS), function("B", {"n": get("Steps.A.OutputParameters['n']")})),
        "Cycle detected",
    ),
    "a condition that waits for its own branch": (
        document(
            condition("C", [equals(get("Steps.A.OutputParameters['n']"), 1)], [function("A", **OUTPUTS)]),
        ),
        "Cycle detected",
    ),
    "a trigger": (document(GOOD, function("B", DependsOn=[{"Step": "A", "Trigger": "x"}])), "without triggers"),
    "after a Fail step": (document(fail("F"), function("A", DependsOn=["F"])), "A can not depends on F"),
    "a condition after a Fail step": (
        document(fail("FailStep"), condition("CondStep", [equals(1, 1)], DependsOn=["FailStep"])),
        "CondStep can not depends on FailStep",
    ),
    # references
    "an unknown parameter": (document(function("A", {"x": get("Parameters.P")})), "Parameters.P"),
    "an unknown variable": (
        document(function("A", {"x": get("Execution.Date")})),
        "Unknown reference 'Execution.Date'",
    ),
    "nothing known": (document(function("A", {"x": get("Something.X")})), "Unknown reference 'Something.X'"),
    "a reference to an unknown step": (
        document(function("A", {"x": get("Steps.B.ModelName")})),
        "'B', which does not exist",
    ),
    "a step without a property": (document(training("T"), function("A", {"x": get("Steps.T")})), "Unknown reference"),
    "an unknown property": (
        document(training("T"), function("A", {"x": get("Steps.T.ModelData")})),
        "Invalid property reference 'Steps.T.ModelData'",
    ),
    "an undeclared output": (
        document(function("A", **OUTPUTS), function("B", {"x": get("Steps.A.OutputParameters['m']")})),
        "Invalid property reference",
    ),
    "the job's name outside a job": (
        document(function("A", {"x": get("Execution.TrainingJobName")})),
        "Training steps only",
    ),
    "a path with a wildcard": (
        document(
            processing("P", WITH_OUTPUT, PropertyFiles=[REPORT]),
            function("A", {"x": json_get("P", "report", "a[*].b")}),
        ),
        "leads to one value",
    ),
    "an undeclared property file": (
        document(
            processing("P", WITH_OUTPUT, PropertyFiles=[REPORT]), function("A", {"x": json_get("P", "other", "a")})
        ),
        "property file 'other'",
    ),
    "a property file outside JsonGet": (
        document(
            processing("P", WITH_OUTPUT, PropertyFiles=[REPORT]),
            function("A", {"x": get("Steps.P.PropertyFiles.report")}),
        ),
        "Invalid property reference",
    ),
    "JsonGet of nothing": (
        document(function("A", {"x": {"Std:JsonGet": {"Path": "a"}}})),
        "exactly one of PropertyFile and S3Uri",
    ),
    "a join of an object": (
        document(function("A", {"x": join("", {"a": 1})})),
        "joins texts, numbers and functions only",
    ),
    "a join with an unknown member": (
        document(function("A", {"x": {"Std:Join": {"On": "", "Values": [], "By": 1}}})),
        "unknown property 'By'",
    ),
    "a join that is a list": (document(function("A", {"x": {"Std:Join": []}})), "Expecting start of Json Object"),
    "a property file in no output": (document(processing("P", PropertyFiles=[REPORT])), "which the step has not"),
    "a property file twice": (
        document(processing("P", WITH_OUTPUT, PropertyFiles=[REPORT, REPORT])),
        "more than one property file",
    ),
    # arguments against the API
    "an unknown argument": (
        document(training("T", {"ModelPackageName": "a"})),
        "Unknown Argument member 'ModelPackageName'",
    ),
    "the name of a package": (
        document(step("R", "RegisterModel", {"ModelPackageName": "a"})),
        "Unknown Argument member 'ModelPackageName'",
    ),
    "a nested unknown argument": (
        document(training("T", {"OutputDataConfig": {"S3OutputPath": "s3://b/k", "Path": "x"}})),
        "Unknown Argument member 'Path'",
    ),
    "a missing argument": (
        document(training("T", {"OutputDataConfig": None})),
        "Model Validation failed: Member 'OutputDataConfig'",
    ),
    "a missing nested argument": (
        document(training("T", {"AlgorithmSpecification": {"TrainingImage": XGBOOST}})),
        "Member 'TrainingInputMode'",
    ),
    "a function for a list": (
        document(
            training("T", {"VpcConfig": {"Subnets": get("Parameters.S"), "SecurityGroupIds": ["sg-1"]}}),
            parameters=[parameter("S")],
        ),
        "Expecting start of Json Array",
    ),
    "a text for an object": (document(training("T", {"OutputDataConfig": "s3://b"})), "Expecting start of Json Object"),
    "a text for a number": (
        document(training("T", {"StoppingCondition": {"MaxRuntimeInSeconds": "60"}})),
        "Expecting a Json Number",
    ),
    "a number for a text": (document(training("T", {"HyperParameters": {"eta": 0.1}})), "Expecting a Json String"),
    "a value outside the enum": (
        document(training("T", {"AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "Fast"}})),
        r"Value 'Fast' for 'TrainingInputMode' failed to satisfy enum value set: \[Pipe, File, FastFile\]",
    ),
    "a number out of range": (
        document(training("T", {"StoppingCondition": {"MaxRuntimeInSeconds": 0}})),
        "greater than or equal to 1",
    ),
    "a malformed role": (document(training("T", {"RoleArn": "nobody-knows-this-role"})), "regular expression pattern"),
    "a variant without a name": (
        document(step("E", "EndpointConfig", {"ProductionVariants": [{"ModelName": "m"}]})),
        "Member 'VariantName'",
    ),
    # conditions
    "no conditions": (document(condition("C", [])), "has no conditions"),
    "conditions missing": (document(step("C", "Condition", {"IfSteps": []})), "required property 'Conditions'"),
    "an unknown condition": (document(condition("C", [{"Type": "Like"}])), "Unknown condition type 'Like'"),
    "the old form of Not": (
        document(condition("C", [{"Type": "Not", "Expression": equals(1, 1)}])),
        "Cannot parse object, unknown property 'Expression'",
    ),
    "half a comparison": (
        document(condition("C", [{"Type": "Equals", "LeftValue": 1}])),
        "required property 'RightValue'",
    ),
    "a comparison of lists": (document(condition("C", [equals([1], [1])])), "compares texts, numbers, booleans"),
    "nested conditions": (
        document(condition("C", [equals(1, 1)], [condition("D", [equals(1, 1)])])),
        "Nested condition steps are not supported",
    ),
    # caching, retries, outputs
    "a cache without a duration": (document(cached({"Enabled": True})), "has no ExpireAfter"),
    "a cache with a wrong duration": (document(cached({"Enabled": True, "ExpireAfter": "soon"})), "ISO 8601"),
    "a cache with a misspelt member": (document(cached({"Enabled": True, "ExpiresAfter": "p1d"})), "'ExpiresAfter'"),
    "a cache that is neither on nor off": (document(cached({"Enabled": "yes", "ExpireAfter": "p1d"})), "true or false"),
    "a cache of a condition": (
        document(condition("C", [equals(1, 1)], CacheConfig={"Enabled": True, "ExpireAfter": "p1d"})),
        "CacheConfig is not supported",
    ),
    "retries of a function": (
        document(function("A", RetryPolicies=[POLICY])),
        "not supported for steps of type Lambda",
    ),
    "an unknown exception": (document(retried({"ExceptionType": ["Step.ERROR"]})), "'Step.ERROR' is not supported"),
    "attempts and an end": (document(retried(POLICY | {"MaxAttempts": 2, "ExpireAfterMin": 5})), "both MaxAttempts"),
    "too many attempts": (document(retried(POLICY | {"MaxAttempts": 21})), "between 1 and 20"),
    "too long an interval": (document(retried(POLICY | {"IntervalSeconds": 43201})), "between 1 and 43200"),
    "one exception in two policies": (document(retried(POLICY, POLICY)), "more than one retry policy"),
    "a function without an ARN": (document(step("A", "Lambda")), "required property 'FunctionArn'"),
    "a callback without a queue": (document(step("A", "Callback")), "required property 'SqsQueueUrl'"),
    "an output of an unknown type": (
        document(function("A", OutputParameters=[{"OutputName": "n", "OutputType": "List"}])),
        "unknown type 'List'",
    ),
    "an output twice": (
        document(function("A", OutputParameters=OUTPUTS["OutputParameters"] * 2)),
        "more than one output parameter",
    ),
    "too many outputs": (
        document(callback("A", OutputParameters=[{"OutputName": f"o{n}", "OutputType": "String"} for n in range(51)])),
        "more than 50",
    ),
    "a Fail step with more to say": (document(step("F", "Fail", {"Message": "x"})), "unknown property 'Message'"),
}
NOT_OFFERED: tuple[str, ...] = (
    "EMR",
    "EMRServerless",
    "AutoML",
    "InferenceComponent",
    "Lineage",
)
NOT_OFFERED += ("ForEach", "Athena", "Cleanup", "HubContent", "BedrockCustomModel", "Job")


def check(raw: Any) -> None:
    structure.check(definition.parse(json.dumps(raw)))


@pytest.mark.parametrize("name", BAD)
def test_a_bad_definition_is_refused_when_the_pipeline_is_made(name: str) -> None:
    raw, message = BAD[name]
    with pytest.raises(InvalidDefinition, match=message):
        check(raw)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(
        InvalidDefinition, match=r"Unable to parse pipeline definition\. The definition is not valid JSON"
    ):
        definition.parse("not json")


@pytest.mark.parametrize("kind", NOT_OFFERED)
def test_a_type_of_step_that_is_not_offered_is_refused_with_the_name_of_the_step(kind: str) -> None:
    with pytest.raises(InvalidDefinition, match=rf"Step 'Mine': the embedded AWS does not run steps of type {kind}\."):
        check(document(step("Mine", kind)))


GOOD_ONES = {
    "empty things of the SDK": training(
        "T",
        {
            "Environment": {},
            "DebugHookConfig": {"S3OutputPath": "s3://b/d", "CollectionConfigurations": []},
            "ProfilerConfig": {"S3OutputPath": "s3://b/p", "DisableProfiler": False},
            "HyperParameters": {"num_round": "5", "eta": get("Parameters.P")},
        },
    ),
    "a package": step(
        "R",
        "RegisterModel",
        {
            "ModelPackageGroupName": "group",
            "ModelMetrics": {"Bias": {}, "Explainability": {}},
            "SkipModelValidation": "None",
            "ModelApprovalStatus": get("Parameters.P"),
            "InferenceSpecification": {
                "Containers": [{"Image": XGBOOST, "ModelDataUrl": "s3://b/m.tar.gz"}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        },
    ),
    "all conditions": condition(
        "C",
        [
            {
                "Type": "Or",
                "Conditions": [equals(1, 2), {"Type": "Not", "Condition": equals(get("Parameters.P"), "a")}],
            },
            {"Type": "In", "QueryValue": get("Parameters.P"), "Values": ["a", "b"]},
        ],
        DisplayName="choose",
        Description="which way",
    ),
    "a null in the experiment": function("A", {"any": [1, None, {"thing": True}]}),
}


@pytest.mark.parametrize("name", GOOD_ONES)
def test_what_the_sdks_write_is_taken(name: str) -> None:
    check(document(GOOD_ONES[name], parameters=[parameter("P", default="a")], PipelineExperimentConfig=None))


def test_many_steps_are_taken() -> None:
    check(document(*(function(f"F{n}", DependsOn=[f"F{n - 1}"] if n else []) for n in range(2000))))
