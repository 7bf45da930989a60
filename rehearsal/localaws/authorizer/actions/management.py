"""CloudFormation, CloudWatch, CloudWatch Logs, Application Auto Scaling, Systems Manager and Service Catalog."""

from rehearsal.localaws.authorizer.actions.table import Operation, PassedRole, Service, Tagging, on, only, words

_STACK = "stack/{StackName}/*"

CLOUDFORMATION = Service(
    prefix="cloudformation",
    templates=("{ResourceArn}", _STACK, "stackset/{StackSetName}:*"),
    operations={
        "CreateStackSet": on("*"),
        "ListExports": on("*"),
        "ListImports": on("*"),
        "ListStacks": on("*"),
        "ValidateTemplate": on("*"),
        "SetAlias": Operation(),
        "RemoveAlias": Operation(),
    },
    without_resource=words(
        "CreateGeneratedTemplate DescribeType RegisterType DeregisterType PublishType TestType SetTypeConfiguration"
    ),
    tagging=(Tagging("TagResource", operations=("CreateStack", "UpdateStack", "CreateChangeSet")),),
    passed_roles=(
        PassedRole(
            "RoleARN",
            "cloudformation.amazonaws.com",
            ("Create", "Update", "Delete", "ContinueUpdateRollback", "Rollback"),
        ),
    ),
    context_keys={
        "cloudformation:RoleArn": "RoleARN",
        "cloudformation:StackPolicyUrl": "StackPolicyURL",
        "cloudformation:TemplateUrl": "TemplateURL",
        "cloudformation:ChangeSetName": "ChangeSetName",
        "cloudformation:ResourceTypes": "ResourceTypes[]",
    },
)

_ALARM = "alarm:{AlarmName}"

CLOUDWATCH = Service(
    prefix="cloudwatch",
    templates=("{ResourceARN}", _ALARM, "alarm-mute-rule:{AlarmMuteRuleName}", "insight-rule/{RuleName}"),
    operations={
        "DeleteAlarms": on("alarm:{AlarmNames[]}"),
        "DescribeAlarms": on("alarm:{AlarmNames[]}"),
        "EnableAlarmActions": on("alarm:{AlarmNames[]}"),
        "DisableAlarmActions": on("alarm:{AlarmNames[]}"),
        "DescribeAlarmHistory": on(_ALARM),
        "PutDashboard": on("arn:aws:cloudwatch::{account}:dashboard/{DashboardName}"),
        "GetDashboard": on("arn:aws:cloudwatch::{account}:dashboard/{DashboardName}"),
        "DeleteDashboards": on("arn:aws:cloudwatch::{account}:dashboard/{DashboardNames[]}"),
        "DeleteInsightRules": on("insight-rule/{RuleNames[]}"),
        "EnableInsightRules": on("insight-rule/{RuleNames[]}"),
        "DisableInsightRules": on("insight-rule/{RuleNames[]}"),
        "PutMetricStream": on("metric-stream/{Name}"),
        "GetMetricStream": on("metric-stream/{Name}"),
        "DeleteMetricStream": on("metric-stream/{Name}"),
        "StartMetricStreams": on("metric-stream/{Names[]}"),
        "StopMetricStreams": on("metric-stream/{Names[]}"),
    },
    tagging=(Tagging("TagResource", operations=("PutMetricAlarm", "PutCompositeAlarm", "PutMetricStream")),),
    context_keys={"cloudwatch:namespace": "Namespace", "cloudwatch:AlarmActions": "AlarmActions[]"},
)

AUTOSCALING = Service(
    prefix="application-autoscaling",
    templates=("{ResourceARN}",),
    operations={
        name: on("scalable-target/{ResourceId}")
        for name in (
            "RegisterScalableTarget",
            "DeregisterScalableTarget",
            "PutScalingPolicy",
            "DeleteScalingPolicy",
            "PutScheduledAction",
            "DeleteScheduledAction",
        )
    },
    tagging=(Tagging("TagResource", operations=("RegisterScalableTarget",)),),
    context_keys={
        "application-autoscaling:service-namespace": "ServiceNamespace",
        "application-autoscaling:scalable-dimension": "ScalableDimension",
    },
)

_GROUP = "log-group:{logGroupName}:log-stream:"
_STREAM = "log-group:{logGroupName}:log-stream:{logStreamName}"

LOGS = Service(
    prefix="logs",
    templates=(
        "{resourceArn}",
        _STREAM,
        _GROUP,
        "{logGroupIdentifier}",
        "{logGroupArn}",
        "{anomalyDetectorArn}",
        "destination:{destinationName}",
        "delivery-source:{name}",
        "delivery:{id}",
        "delivery-destination:{deliveryDestinationName}",
    ),
    operations={
        "DescribeLogGroups": on("log-group:{logGroupNamePrefix}:log-stream:"),
        "FilterLogEvents": on(_GROUP, "{logGroupIdentifier}"),
        "StartQuery": on("log-group:{logGroupNames[]}:log-stream:", "{logGroupIdentifiers[]}", _GROUP),
        "PutDeliveryDestination": on("delivery-destination:{name}"),
        "GetDeliveryDestination": on("delivery-destination:{name}"),
        "DeleteDeliveryDestination": on("delivery-destination:{name}"),
        "CreateDelivery": on("delivery-source:{deliverySourceName}", "{deliveryDestinationArn}"),
        "CreateScheduledQuery": on("scheduled-query:{name}"),
        "StartLiveTail": on("{logGroupIdentifiers[]}"),
        "DescribeQueries": on("*"),
        "GetQueryResults": on("log-group:*"),
        "PutResourcePolicy": on("*"),
        "DeleteResourcePolicy": on("*"),
        "DescribeResourcePolicies": on("*"),
        "DeleteDeliverySource": on("delivery-destination:*"),
    },
    tagging=(Tagging("TagResource", "tags", ("CreateLogGroup", "PutDestination", "CreateDelivery")),),
    passed_roles=(
        PassedRole("roleArn", "logs.amazonaws.com", ("PutSubscriptionFilter", "PutDestination")),
        PassedRole("executionRoleArn", "logs.amazonaws.com"),
    ),
)

_PARAMETER = "parameter/{Name}"

SSM = Service(
    prefix="ssm",
    templates=("document/{DocumentName}", "maintenancewindow/{WindowId}", "opsitem/{OpsItemId}", "document/{Name}"),
    operations={
        **{
            name: on(_PARAMETER)
            for name in words("PutParameter GetParameter DeleteParameter GetParameterHistory LabelParameterVersion")
        },
        "UnlabelParameterVersion": on(_PARAMETER),
        "GetParameters": on("parameter/{Names[]}"),
        "DeleteParameters": on("parameter/{Names[]}"),
        "GetParametersByPath": on("parameter/{Path}"),
        "DescribeParameters": on("*"),
        "AddTagsToResource": on("parameter/{ParameterId}", "document/{DocumentId}", "maintenancewindow/{WindowId}"),
        "RemoveTagsFromResource": on("parameter/{ParameterId}", "document/{DocumentId}"),
        "ListTagsForResource": on("parameter/{ParameterId}", "document/{DocumentId}"),
        **{
            f"{verb}PatchBaseline{tail}": on("patchbaseline/{BaselineId}")
            for verb, tail in (
                ("Delete", ""),
                ("Get", ""),
                ("Update", ""),
                ("Register", "ForPatchGroup"),
                ("Deregister", "ForPatchGroup"),
            )
        },
        "PutResourcePolicy": on("{ResourceArn}"),
        "GetResourcePolicies": on("{ResourceArn}"),
        "DeleteResourcePolicy": on("{ResourceArn}"),
    },
    without_resource=words("CreatePatchBaseline CreateMaintenanceWindow ListDocuments CreateActivation"),
    tagging=(Tagging("AddTagsToResource", operations=("PutParameter", "CreateDocument")),),
    passed_roles=(
        PassedRole("ServiceRoleArn", "ssm.amazonaws.com", ("RegisterTaskWithMaintenanceWindow", "SendCommand")),
        PassedRole("IamRole", "ssm.amazonaws.com", ("CreateActivation",)),
    ),
    context_keys={"ssm:Recursive": "Recursive", "ssm:Overwrite": "Overwrite", "ssm:Policies": "Policies"},
)

_CATALOG = "arn:aws:catalog:{region}:{account}:"

SERVICE_CATALOG = Service(
    prefix="servicecatalog",
    templates=(f"{_CATALOG}product/{{ProductId}}", f"{_CATALOG}portfolio/{{PortfolioId}}"),
    operations={
        "CreateProduct": on(f"{_CATALOG}product/*"),
        "CreatePortfolio": on(f"{_CATALOG}portfolio/*"),
        "DescribeProduct": on(f"{_CATALOG}product/{{Id}}"),
        "DeleteProduct": on(f"{_CATALOG}product/{{Id}}"),
        "UpdateProduct": on(f"{_CATALOG}product/{{Id}}"),
        "DescribePortfolio": on(f"{_CATALOG}portfolio/{{Id}}"),
        "DeletePortfolio": on(f"{_CATALOG}portfolio/{{Id}}"),
        "UpdatePortfolio": on(f"{_CATALOG}portfolio/{{Id}}"),
        "ListPortfolios": only("ListPortfolios", "*"),
    },
)
