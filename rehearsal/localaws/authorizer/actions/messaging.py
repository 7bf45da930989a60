"""SNS and SQS."""

from rehearsal.localaws.authorizer.actions.table import Service, Tagging, on, only, words

SNS = Service(
    prefix="sns",
    templates=("{TopicArn}", "{TargetArn}", "{ResourceArn}", "{Name}"),
    operations={
        "Publish": on("{TopicArn}", "{TargetArn}"),
        "PublishBatch": only("Publish", "{TopicArn}"),
    },
    without_resource=words("CreatePlatformApplication"),
    tagging=(Tagging("TagResource", operations=("CreateTopic",)),),
    context_keys={"sns:Protocol": "Protocol", "sns:Endpoint": "Endpoint"},
)

SQS = Service(
    prefix="sqs",
    templates=("{QueueName}",),
    operations={
        "SendMessageBatch": only("SendMessage"),
        "DeleteMessageBatch": only("DeleteMessage"),
        "ChangeMessageVisibilityBatch": only("ChangeMessageVisibility"),
        "StartMessageMoveTask": on("{SourceArn}"),
        "ListMessageMoveTasks": on("{SourceArn}"),
        "CancelMessageMoveTask": on("*"),
    },
    tagging=(Tagging("TagQueue", "tags", ("CreateQueue",)),),
)
