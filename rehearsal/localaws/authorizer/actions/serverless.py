"""Lambda and DynamoDB."""

from rehearsal.localaws.authorizer.actions.table import Operation, PassedRole, Service, Tagging, on, only, words

_FUNCTION = "function:{FunctionName}"
_LAYER_VERSION = "layer:{LayerName}:{VersionNumber}"

LAMBDA = Service(
    prefix="lambda",
    templates=(
        "{Resource}",
        "event-source-mapping:{UUID}",
        _FUNCTION,
        "{CodeSigningConfigArn}",
        "capacity-provider:{CapacityProviderName}",
        "{DurableExecutionArn}",
        "{ResourceArn}",
    ),
    operations={
        "Invoke": only("InvokeFunction"),
        "InvokeAsync": only("InvokeFunction"),
        "InvokeWithResponseStream": only("InvokeFunction"),
        "PublishLayerVersion": on("layer:{LayerName}"),
        "GetLayerVersion": on(_LAYER_VERSION),
        "DeleteLayerVersion": on(_LAYER_VERSION),
        "GetLayerVersionPolicy": on(_LAYER_VERSION),
        "AddLayerVersionPermission": on(_LAYER_VERSION),
        "RemoveLayerVersionPermission": on(_LAYER_VERSION),
        "GetLayerVersionByArn": only("GetLayerVersion", "{Arn}"),
        "PutFunctionCodeSigningConfig": on(_FUNCTION, "{CodeSigningConfigArn}"),
        "ListVersionsByFunction": on(_FUNCTION),
    },
    without_resource=words("ListEventSourceMappings CreateEventSourceMapping ListLayerVersions ListLayers"),
    tagging=(
        Tagging("TagResource", "Tags", ("CreateFunction", "CreateEventSourceMapping", "CreateCodeSigningConfig")),
    ),
    passed_roles=(PassedRole("Role", "lambda.amazonaws.com"),),
    context_keys={
        "lambda:FunctionArn": "FunctionArnOfMapping",
        "lambda:Layer": "Layers[]",
        "lambda:Principal": "Principal",
        "lambda:FunctionUrlAuthType": "FunctionUrlAuthType",
        "lambda:VpcIds": "VpcConfig.VpcIds[]",
        "lambda:SubnetIds": "VpcConfig.SubnetIds[]",
        "lambda:SecurityGroupIds": "VpcConfig.SecurityGroupIds[]",
        "lambda:CodeSigningConfigArn": "CodeSigningConfigArn",
    },
)

_TABLE = "table/{TableName}"
_INDEX = "table/{TableName}/index/{IndexName}"

_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")

DYNAMODB = Service(
    prefix="dynamodb",
    templates=(
        "{ResourceArn}",
        "{TableArn}",
        "{BackupArn}",
        "{ExportArn}",
        "{ImportArn}",
        "{StreamArn}",
        _INDEX,
        _TABLE,
    ),
    operations={
        "BatchGetItem": on("table/{TablesOfItems[]}"),
        "BatchWriteItem": on("table/{TablesOfItems[]}"),
        "TransactGetItems": only("GetItem", "table/{TransactItems[].Get.TableName}"),
        "RestoreTableToPointInTime": on("{SourceTableArn}", "table/{SourceTableName}", "table/{TargetTableName}"),
        "TransactWriteItems": Operation(_WRITES, tuple(f"table/{{Writes[].{action}}}" for action in _WRITES)),
        "RestoreTableFromBackup": on("{BackupArn}", "table/{TargetTableName}"),
        "CreateGlobalTable": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "DescribeGlobalTable": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "UpdateGlobalTable": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "DescribeGlobalTableSettings": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "UpdateGlobalTableSettings": on("arn:aws:dynamodb::{account}:global-table/{GlobalTableName}"),
        "ImportTable": on("table/{TableCreationParameters.TableName}"),
    },
    without_resource=words("ListTables ListBackups ListExports ListImports ListContributorInsights"),
    tagging=(Tagging("TagResource", operations=("CreateTable",)),),
    context_keys={
        "dynamodb:Select": "Select",
        "dynamodb:ReturnValues": "ReturnValues",
        "dynamodb:ReturnConsumedCapacity": "ReturnConsumedCapacity",
    },
)
