"""EventBridge, EventBridge Scheduler and Step Functions."""

from rehearsal.localaws.authorizer.actions.table import PassedRole, Service, Tagging, on, words

_RULE = "rule/{Rule}"
_EVENTS = "events.amazonaws.com"

EVENTS = Service(
    prefix="events",
    templates=(
        "{ResourceARN}",
        _RULE,
        "archive/{ArchiveName}",
        "replay/{ReplayName}",
        "event-bus/{EventBusName}",
    ),
    operations={
        "PutEvents": on("event-bus/{Entries[].EventBusName}"),
        "ListTargetsByRule": on(_RULE),
        "CreateEventBus": on("event-bus/{Name}"),
        "DeleteEventBus": on("event-bus/{Name}"),
        "DescribeEventBus": on("event-bus/{Name}"),
        "UpdateEventBus": on("event-bus/{Name}"),
        "StartReplay": on("replay/{ReplayName}", "{EventSourceArn}"),
        "CreateArchive": on("archive/{ArchiveName}", "{EventSourceArn}"),
        **{f"{verb}Connection": on("connection/{Name}") for verb in ("Create", "Delete", "Describe", "Update")},
        **{
            f"{verb}ApiDestination": on("api-destination/{Name}") for verb in ("Create", "Delete", "Describe", "Update")
        },
        **{f"{verb}Endpoint": on("endpoint/{Name}") for verb in ("Create", "Delete", "Describe", "Update")},
        **{
            name: on("arn:aws:events:{region}::event-source/{Name}")
            for name in words(
                "CreatePartnerEventSource DeletePartnerEventSource DescribePartnerEventSource DescribeEventSource "
                "ActivateEventSource DeactivateEventSource ListPartnerEventSourceAccounts"
            )
        },
        "DeauthorizeConnection": on("connection/{Name}"),
    },
    without_resource=words("ListRules ListRuleNamesByTarget ListArchives ListReplays PutPermission RemovePermission"),
    tagging=(Tagging("TagResource", operations=("PutRule", "CreateEventBus")),),
    passed_roles=(
        PassedRole("RoleArn", _EVENTS, ("PutRule", "CreateEndpoint", "UpdateEndpoint")),
        PassedRole("Targets[].RoleArn", _EVENTS, ("PutTargets",)),
    ),
    context_keys={
        "events:source": "Entries[].Source",
        "events:detail-type": "Entries[].DetailType",
        "events:TargetArn": "Targets[].Arn",
    },
)

SCHEDULER = Service(
    prefix="scheduler",
    templates=("{ResourceArn}", "schedule/{GroupName}/{ScheduleName}"),
    operations={
        f"{verb}ScheduleGroup": on("schedule-group/{GroupNameOfGroup}") for verb in ("Create", "Delete", "Get")
    },
    without_resource=words("ListSchedules ListScheduleGroups"),
    tagging=(Tagging("TagResource", operations=("CreateScheduleGroup",)),),
    passed_roles=(PassedRole("Target.RoleArn", "scheduler.amazonaws.com"),),
)

STEP_FUNCTIONS = Service(
    prefix="states",
    templates=(
        "{stateMachineAliasArn}",
        "{stateMachineVersionArn}",
        "{executionArn}",
        "{stateMachineArn}",
        "{activityArn}",
        "{mapRunArn}",
        "{resourceArn}",
    ),
    operations={
        "CreateStateMachine": on("stateMachine:{name}"),
        "CreateActivity": on("activity:{name}"),
        "CreateStateMachineAlias": on("{routingConfiguration[].stateMachineVersionArn}"),
    },
    tagging=(Tagging("TagResource", "tags", ("CreateStateMachine", "CreateActivity")),),
    passed_roles=(
        PassedRole("roleArn", "states.amazonaws.com", ("CreateStateMachine", "UpdateStateMachine", "TestState")),
    ),
)
