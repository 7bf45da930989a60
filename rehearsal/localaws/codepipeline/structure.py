"""Whether a pipeline declaration is a good one, in AWS's words where they are known. Pure; lengths and patterns are
``constraints``'."""

from collections import Counter
from collections.abc import Iterable

from rehearsal.localaws.codepipeline import triggers, variables
from rehearsal.localaws.codepipeline.action_types import RULE, Counts, TypeRules, TypeTable
from rehearsal.localaws.codepipeline.definition import Action, Declared, Definition, Gate, Mode, Result, Stage
from rehearsal.localaws.ground.errors import AwsError

RESERVED_NAMESPACES = ("codepipeline", "variables")
MAX_STAGES = 50
MAX_VARIABLES = 50
MAX_RULES = 5


def check(definition: Definition, types: TypeTable, region: str) -> None:
    """Refuse a declaration that CodePipeline would refuse.

    Raises:
        AwsError: InvalidStructureException, InvalidStageDeclarationException or InvalidActionDeclarationException.
    """
    _check_type(definition)
    _check_stores(definition, region)
    _check_stages(definition)
    for stage in definition.stages:
        _check_stage(definition, stage, types)
        for action in stage.actions:
            _check_action(action, types, region)
    _check_triggers(definition)
    _check_artifacts(definition)
    _check_namespaces(definition)


def _structure(message: str) -> AwsError:
    return AwsError("InvalidStructureException", message)


def _of_stage(message: str) -> AwsError:
    return AwsError("InvalidStageDeclarationException", message)


def _of_action(message: str) -> AwsError:
    return AwsError("InvalidActionDeclarationException", message)


def _check_type(definition: Definition) -> None:
    if definition.pipeline_type == "V2":
        if len(definition.variables) > MAX_VARIABLES:
            raise _structure(f"A pipeline can have at most {MAX_VARIABLES} variables.")
        _refuse_repeated(
            (v["name"] for v in definition.declaration.get("variables", [])),
            "Variable names must be unique. The following variable name is already in use: ",
        )
        return
    if definition.mode is not Mode.SUPERSEDED:
        raise _structure(f"Execution mode {definition.mode} can only be used with V2 pipelines")
    if definition.triggers:
        raise _structure("Triggers can only be used with V2 pipelines")
    if definition.variables:
        raise _structure("Pipeline variable can only be used with V2 pipelines")
    staged = [s.name for s in definition.stages if s.conditions or s.failure_result]
    if staged:
        raise _structure(f"Stage conditions can only be used with V2 pipelines: {', '.join(staged)}")


def _refuse_repeated(names: Iterable[str], message: str) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise _structure(message + ", ".join(repeated))


def _check_stores(definition: Definition, region: str) -> None:
    declared = definition.declaration
    if bool(declared.get("artifactStore")) == bool(declared.get("artifactStores")):
        raise _structure(
            "You must include either artifactStore or artifactStores in your pipeline, but you cannot use both."
        )
    rules = [r for s in definition.stages for conditions in s.conditions.values() for c in conditions for r in c.rules]
    actions = [a for s in definition.stages for a in s.actions]
    wanted = {region, *(declared.region for declared in (*actions, *rules) if declared.region)}
    missing = sorted(wanted - set(definition.stores))
    if missing:
        raise _structure(f"The pipeline has no artifact store for the region of its actions: {', '.join(missing)}")


def _check_stages(definition: Definition) -> None:
    if not 2 <= len(definition.stages) <= MAX_STAGES:
        raise _structure(f"Pipeline should have between 2 and {MAX_STAGES} stages; it has {len(definition.stages)}")
    _refuse_repeated((stage.name for stage in definition.stages), "Stage names must be unique within a pipeline: ")
    first, *others = definition.stages
    if not first.actions or any(action.type.category != "Source" for action in first.actions):
        raise _structure("Pipeline should start with a stage that only contains source actions")
    late = [(stage.name, a.name) for stage in others for a in stage.actions if a.type.category == "Source"]
    if late:
        raise _structure(
            f"Source actions are only allowed in the first stage; found {late[0][1]} in stage {late[0][0]}"
        )


def _check_stage(definition: Definition, stage: Stage, types: TypeTable) -> None:
    if not stage.actions:
        raise _of_stage(f"Stage {stage.name} must have at least one action")
    repeated = [name for name, count in Counter(action.name for action in stage.actions).items() if count > 1]
    if repeated:
        raise _of_stage(f"Action names must be unique within stage {stage.name}: {', '.join(repeated)}")
    allowed = {
        Gate.BEFORE_ENTRY: (Result.FAIL, Result.SKIP),
        Gate.ON_SUCCESS: (Result.ROLLBACK, Result.FAIL),
        Gate.ON_FAILURE: (Result.ROLLBACK, Result.FAIL, Result.RETRY, Result.SKIP),
    }
    for gate, conditions in stage.conditions.items():
        for condition in conditions:
            if condition.result not in allowed[gate]:
                raise _of_stage(f"The result {condition.result} cannot be used in {gate} of stage {stage.name}")
            if len(condition.rules) > MAX_RULES:
                raise _of_stage(f"A condition can have at most {MAX_RULES} rules: {gate} of stage {stage.name}")
            for rule in condition.rules:
                _check_rule(rule, types)
    _check_rollback(definition, stage)


def _check_rollback(definition: Definition, stage: Stage) -> None:
    results = {stage.failure_result, *(c.result for conditions in stage.conditions.values() for c in conditions)}
    if Result.ROLLBACK not in results:
        return
    if stage is definition.stages[0]:
        raise _of_stage(f"You cannot roll back a source stage: {stage.name}")
    if definition.mode is Mode.PARALLEL:
        raise _of_stage(f"Rollback cannot be used in a pipeline with execution mode PARALLEL: stage {stage.name}")


def _check_rule(rule: Declared, types: TypeTable) -> None:
    rules = types.get(rule.type)
    if rules is None:
        offered = sorted(kind.provider for kind in types if kind.category == RULE)
        raise _of_stage(
            f"RuleType (Category: 'Rule', Provider: '{rule.type.provider}', Owner: 'AWS', Version: "
            f"'{rule.type.version}') in rule '{rule.name}' is not offered by the embedded AWS, which has: "
            f"{', '.join(offered)}"
        )
    _check_configuration(rule, rules, "Rule")


def _check_action(action: Action, types: TypeTable, region: str) -> None:
    rules = types.get(action.type)
    if rules is None:
        kind = action.type
        raise _of_action(
            f"ActionType (Category: '{kind.category}', Provider: '{kind.provider}', Owner: '{kind.owner}', Version: "
            f"'{kind.version}') in action '{action.name}' is not available in region {region.upper().replace('-', '_')}"
        )
    _check_configuration(action, rules, "Action")
    _check_count(action, "input", len(action.inputs), rules.inputs)
    _check_count(action, "output", len(action.outputs), rules.outputs)
    if action.timeout_minutes is not None and action.type.owner == "ThirdParty":
        raise _of_action(f"Action {action.name} cannot have a timeout")


def _check_configuration(declared: Declared, rules: TypeRules, what: str) -> None:
    missing = [key for key, required in rules.properties.items() if required and not declared.configuration.get(key)]
    error = _of_action if what == "Action" else _of_stage
    if missing:
        raise error(
            f"{what} configuration for {what.lower()} '{declared.name}' is missing required configuration "
            f"'{missing[0]}'"
        )
    unknown = [key for key in declared.configuration if key not in rules.properties]
    if unknown:
        raise error(
            f"{what} configuration for {what.lower()} '{declared.name}' contains unknown configuration '{unknown[0]}'. "
            f"Known: {', '.join(rules.properties)}"
        )


def _check_count(action: Action, kind: str, count: int, allowed: Counts) -> None:
    if allowed.least <= count <= allowed.most:
        return
    bound = f"minimum of {allowed.least}" if count < allowed.least else f"maximum of {allowed.most}"
    where = "less than its" if count < allowed.least else "more than its"
    raise _of_action(
        f"Action {action.name} declares {count} {kind} artifacts which is {where} {bound} {kind} artifacts for action "
        f"type (category '{action.type.category}', provider '{action.type.provider}')"
    )


def _check_triggers(definition: Definition) -> None:
    _refuse_repeated(
        (trigger.action for trigger in definition.triggers),
        "A source action can have only one trigger configuration. There is more than one for: ",
    )
    for trigger in definition.triggers:
        action = definition.stages[0].action(trigger.action)
        if action is None or action.type.provider != triggers.PROVIDER:
            raise _structure(
                f"The trigger names the source action {trigger.action}, which is not a {triggers.PROVIDER} action of "
                f"the pipeline's first stage"
            )
        try:
            triggers.check(trigger)
        except ValueError as error:
            raise _structure(
                "The trigger configuration for the source action is not valid. Make sure to choose valid filter "
                f"combinations. {error}: source action {trigger.action}"
            ) from error


def _in_order(definition: Definition) -> list[tuple[tuple[int, int], Stage, Action]]:
    """Actions in the order of their running; equal ranks run side by side."""
    ranked = [
        ((position, action.run_order), stage, action)
        for position, stage in enumerate(definition.stages)
        for action in stage.actions
    ]
    return sorted(ranked, key=lambda entry: entry[0])


def _check_artifacts(definition: Definition) -> None:
    made: dict[str, tuple[int, int]] = {}
    for rank, _stage, action in _in_order(definition):
        for name in action.outputs:
            if name in made:
                raise _structure(f"Output artifact names must be unique within a pipeline: {name}")
            made[name] = rank
    for rank, stage, action in _in_order(definition):
        for name in action.inputs:
            if made.get(name, rank) >= rank:
                raise _structure(
                    f"Input artifact {name} of action {action.name} in stage {stage.name} is not an output artifact of "
                    f"an action that runs before it"
                )


def _check_namespaces(definition: Definition) -> None:
    made: dict[str, tuple[int, int]] = {"codepipeline": (-1, 0)}
    if definition.variables:
        made["variables"] = (-1, 0)
    for rank, _stage, action in _in_order(definition):
        if action.namespace is None:
            continue
        if action.namespace in made or action.namespace in RESERVED_NAMESPACES:
            raise _of_action(f"The namespace {action.namespace} of action {action.name} is already in use or reserved")
        made[action.namespace] = rank
    for rank, stage, action in _in_order(definition):
        _check_references(definition, stage, action, {name for name, made_at in made.items() if made_at < rank})


def _check_references(definition: Definition, stage: Stage, action: Action, known: set[str]) -> None:
    for key, namespace, name in variables.references(action.configuration):
        where = f"StageName=[{stage.name}], ActionName=[{action.name}], ActionConfigurationKey=[{key}]"
        text = f"VariableReferenceText=[{namespace}.{name}]" if name else f"VariableReferenceText=[{namespace}]"
        if namespace not in known or not name:
            raise _of_action(
                "Valid format for a pipeline execution variable reference is a namespace and a key separated by a "
                "period (.). The following pipeline execution variables are referencing a namespace that does not "
                f"exist.\n{where}, {text}"
            )
        if namespace == "variables" and action.type.category == "Source":
            raise _of_action(f"Variables at the pipeline level cannot be used in source actions.\n{where}, {text}")
        if namespace == "variables" and name not in definition.variables:
            raise _of_action(
                f"The following pipeline variables are referenced but not declared in the pipeline.\n{where}, {text}"
            )
