"""Lambda."""

from rehearsal.localaws.authorizer.actions.table import PassedRole, Service, Tagging, on, only, words

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
