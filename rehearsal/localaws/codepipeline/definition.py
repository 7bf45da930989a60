"""A pipeline declaration, parsed once. Pure; ``structure`` says whether it is a good one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from rehearsal.localaws.codepipeline import triggers
from rehearsal.localaws.codepipeline.triggers import Trigger


class Mode(StrEnum):
    """How executions of one pipeline get on with each other."""

    SUPERSEDED = "SUPERSEDED"
    QUEUED = "QUEUED"
    PARALLEL = "PARALLEL"


class Gate(StrEnum):
    """The three moments at which a stage's conditions are looked at, by their member names in the declaration."""

    BEFORE_ENTRY = "beforeEntry"
    ON_SUCCESS = "onSuccess"
    ON_FAILURE = "onFailure"


class Result(StrEnum):
    """What follows when a condition is not met, or a stage fails."""

    FAIL = "FAIL"
    SKIP = "SKIP"
    ROLLBACK = "ROLLBACK"
    RETRY = "RETRY"


class RetryMode(StrEnum):
    """Which actions of a failed stage run again."""

    FAILED_ACTIONS = "FAILED_ACTIONS"
    ALL_ACTIONS = "ALL_ACTIONS"


@dataclass(frozen=True)
class ActionType:
    """Who provides an action."""

    category: str
    owner: str
    provider: str
    version: str


@dataclass(frozen=True)
class Declared:
    """What an action and a rule have in common: something that a provider carries out."""

    name: str
    type: ActionType
    configuration: Mapping[str, str]
    inputs: tuple[str, ...]
    role_arn: str | None
    region: str | None
    timeout_minutes: int | None
    commands: tuple[str, ...]


@dataclass(frozen=True)
class Rule(Declared):
    """One check of a condition."""


@dataclass(frozen=True)
class Action(Declared):
    """One action of a stage."""

    run_order: int = 1
    outputs: tuple[str, ...] = ()
    output_files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    output_variables: tuple[str, ...] = ()
    environment: tuple[Mapping[str, str], ...] = ()
    namespace: str | None = None


@dataclass(frozen=True)
class Condition:
    """Rules that must all succeed, and what follows when one does not."""

    result: Result
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Stage:
    """Actions that run together, and the conditions around them."""

    name: str
    actions: tuple[Action, ...]
    conditions: Mapping[Gate, tuple[Condition, ...]] = field(default_factory=dict)
    failure_result: Result | None = None
    retry_mode: RetryMode | None = None

    def action(self, name: str) -> Action | None:
        """The action of that name."""
        return next((action for action in self.actions if action.name == name), None)

    @property
    def run_orders(self) -> list[int]:
        """The distinct run orders, lowest first."""
        return sorted({action.run_order for action in self.actions})


@dataclass(frozen=True)
class ArtifactStore:
    """The bucket of a region in which artifacts lie; ``key_id`` is the customer key that encrypts them."""

    bucket: str
    key_id: str | None


@dataclass(frozen=True)
class Definition:
    """One version of a pipeline."""

    name: str
    version: int
    role_arn: str
    mode: Mode
    pipeline_type: str
    stages: tuple[Stage, ...]
    stores: Mapping[str, ArtifactStore]
    variables: Mapping[str, str | None]
    triggers: tuple[Trigger, ...]
    declaration: Mapping[str, Any]

    def stage(self, name: str) -> Stage | None:
        """The stage of that name."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def position(self, name: str) -> int:
        """Where the stage of that name stands, counted from 0."""
        return next(position for position, stage in enumerate(self.stages) if stage.name == name)


def complete(declaration: Mapping[str, Any], version: int) -> dict[str, Any]:
    """The declaration as GetPipeline shows it: with the defaults that AWS fills in, and the given version."""
    stages = [{**stage, "actions": [_complete_action(a) for a in stage["actions"]]} for stage in declaration["stages"]]
    defaults = {"executionMode": Mode.SUPERSEDED.value, "pipelineType": "V1"}
    return {**defaults, **declaration, "stages": stages, "version": version}


def _complete_action(action: Mapping[str, Any]) -> dict[str, Any]:
    return {"runOrder": 1, "configuration": {}, "inputArtifacts": [], "outputArtifacts": [], **action}


def parse(declaration: Mapping[str, Any], region: str) -> Definition:
    """The typed form of a completed declaration, of a pipeline in ``region``."""
    return Definition(
        name=declaration["name"],
        version=declaration["version"],
        role_arn=declaration["roleArn"],
        mode=Mode(declaration["executionMode"]),
        pipeline_type=declaration["pipelineType"],
        stages=tuple(_stage(stage) for stage in declaration["stages"]),
        stores=_stores(declaration, region),
        variables={v["name"]: v.get("defaultValue") for v in declaration.get("variables", [])},
        triggers=tuple(triggers.parse(trigger) for trigger in declaration.get("triggers", [])),
        declaration=declaration,
    )


def _stores(declaration: Mapping[str, Any], region: str) -> dict[str, ArtifactStore]:
    declared = declaration.get("artifactStores") or {}
    if declaration.get("artifactStore"):
        declared = {**declared, region: declaration["artifactStore"]}
    return {where: ArtifactStore(s["location"], s.get("encryptionKey", {}).get("id")) for where, s in declared.items()}


def _stage(stage: Mapping[str, Any]) -> Stage:
    on_failure = stage.get(Gate.ON_FAILURE, {})
    result = on_failure.get("result")
    mode = on_failure.get("retryConfiguration", {}).get("retryMode")
    return Stage(
        name=stage["name"],
        actions=tuple(_action(action) for action in stage["actions"]),
        conditions={gate: _conditions(stage[gate]) for gate in Gate if gate in stage},
        failure_result=Result(result) if result else None,
        retry_mode=RetryMode(mode) if mode else None,
    )


def _conditions(gate: Mapping[str, Any]) -> tuple[Condition, ...]:
    return tuple(
        Condition(Result(condition.get("result", Result.FAIL)), tuple(_rule(r) for r in condition.get("rules", [])))
        for condition in gate.get("conditions", [])
    )


def _declared(raw: Mapping[str, Any], type_id: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": raw["name"],
        "type": ActionType(
            type_id["category"], type_id.get("owner", "AWS"), type_id["provider"], type_id.get("version", "1")
        ),
        "configuration": raw.get("configuration", {}),
        "inputs": tuple(artifact["name"] for artifact in raw.get("inputArtifacts", [])),
        "role_arn": raw.get("roleArn"),
        "region": raw.get("region"),
        "timeout_minutes": raw.get("timeoutInMinutes"),
        "commands": tuple(raw.get("commands", [])),
    }


def _rule(rule: Mapping[str, Any]) -> Rule:
    return Rule(**_declared(rule, rule["ruleTypeId"]))


def _action(action: Mapping[str, Any]) -> Action:
    outputs = action["outputArtifacts"]
    return Action(
        **_declared(action, action["actionTypeId"]),
        run_order=action["runOrder"],
        outputs=tuple(artifact["name"] for artifact in outputs),
        output_files={artifact["name"]: tuple(artifact.get("files", [])) for artifact in outputs},
        output_variables=tuple(action.get("outputVariables", [])),
        environment=tuple(action.get("environmentVariables", [])),
        namespace=action.get("namespace"),
    )
