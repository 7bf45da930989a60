"""CodePipeline, CodeBuild, CodeCommit and the registry of container images."""

from rehearsal.localaws.authorizer.actions.table import PassedRole, Service, Tagging, on, only, words

_PIPELINE = "{pipelineName}"
_STAGE = "{pipelineName}/{stageName}"
_ACTION = "{pipelineName}/{stageName}/{actionName}"
_ACTION_TYPE = "actiontype:{actionTypeId.owner}/{actionTypeId.category}/{actionTypeId.provider}/{actionTypeId.version}"
_CUSTOM_TYPE = "actiontype:Custom/{category}/{provider}/{version}"
_CODEPIPELINE = "codepipeline.amazonaws.com"

CODEPIPELINE = Service(
    prefix="codepipeline",
    templates=("{pipeline.name}", _PIPELINE, "{name}", "{resourceArn}"),
    operations={
        **{
            name: on(_STAGE)
            for name in words(
                "DisableStageTransition EnableStageTransition OverrideStageCondition RetryStageExecution RollbackStage"
            )
        },
        "PutActionRevision": on(_ACTION),
        "PutApprovalResult": on(_ACTION),
        "PollForJobs": on(_ACTION_TYPE),
        "UpdateActionType": on(
            "actiontype:{actionType.id.owner}/{actionType.id.category}/{actionType.id.provider}/{actionType.id.version}"
        ),
        "CreateCustomActionType": on(_CUSTOM_TYPE),
        "DeleteCustomActionType": on(_CUSTOM_TYPE),
        "PutWebhook": on("webhook:{webhook.name}", "{webhook.targetPipeline}"),
        "DeleteWebhook": on("webhook:{name}"),
        "RegisterWebhookWithThirdParty": on("webhook:{webhookName}"),
        "DeregisterWebhookWithThirdParty": on("webhook:{webhookName}"),
        "ListWebhooks": on("webhook:*"),
    },
    without_resource=words("ListPipelines ListActionTypes ListRuleTypes"),
    tagging=(Tagging("TagResource", "tags", ("CreatePipeline", "CreateCustomActionType", "PutWebhook")),),
    passed_roles=(
        PassedRole("pipeline.roleArn", _CODEPIPELINE),
        PassedRole("pipeline.stages[].actions[].roleArn", _CODEPIPELINE, may_be_elsewhere=True),
    ),
)

_PROJECT_OF_BUILD = "project/{projectName}"

CODEBUILD = Service(
    prefix="codebuild",
    templates=(
        "{arn}",
        "{resourceArn}",
        "{projectArn}",
        "{reportGroupArn}",
        "{reportArn}",
        "project/{name}",
        _PROJECT_OF_BUILD,
    ),
    operations={
        "BatchGetProjects": on("project/{names[]}"),
        "BatchGetBuilds": on("project/{ids[]}"),
        "BatchDeleteBuilds": on("project/{ids[]}"),
        "BatchGetBuildBatches": on("project/{ids[]}"),
        "BatchGetReportGroups": on("{reportGroupArns[]}"),
        "BatchGetReports": on("{reportArns[]}"),
        "BatchGetFleets": on("fleet/{names[]}"),
        "BatchGetSandboxes": on("project/{ids[]}"),
        "StopBuild": on("project/{id}"),
        "RetryBuild": on("project/{id}"),
        "StopBuildBatch": on("project/{id}"),
        "RetryBuildBatch": on("project/{id}"),
        "DeleteBuildBatch": on("project/{id}"),
        "CreateReportGroup": on("report-group/{name}"),
        "CreateFleet": on("fleet/{name}"),
    },
    without_resource=words("DeleteSourceCredentials ListSandboxes ListSharedProjects"),
    passed_roles=(PassedRole("serviceRole", "codebuild.amazonaws.com"),),
)

CODECOMMIT = Service(
    prefix="codecommit",
    templates=("{resourceArn}", "{repositoryName}", "{targets.0.repositoryName}"),
    operations={
        "BatchGetRepositories": on("{repositoryNames[]}"),
        "BatchAssociateApprovalRuleTemplateWithRepositories": on("{repositoryNames[]}"),
        "BatchDisassociateApprovalRuleTemplateFromRepositories": on("{repositoryNames[]}"),
        "UpdateRepositoryName": on("{oldName}"),
        "CreatePullRequest": on("{targets[].repositoryName}"),
        "GetBlobDifferences": only("GetDifferences"),
    },
    tagging=(Tagging("TagResource", "tags", ("CreateRepository",)),),
)

ECR = Service(
    prefix="ecr",
    templates=("{resourceArn}", "repository/{repositoryName}"),
    operations={
        "DescribeRepositories": on("repository/{repositoryNames[]}", "repository/*"),
        "BatchGetRepositoryScanningConfiguration": on("repository/{repositoryNames[]}"),
    },
    without_resource=words("GetAuthorizationToken"),
    tagging=(Tagging("TagResource", "tags", ("CreateRepository",)),),
)
