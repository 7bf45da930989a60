"""IAM and STS."""

from rehearsal.localaws.authorizer.actions.table import PassedRole, Service, Tagging, on

_ROLE = "arn:aws:iam::{account}:role{Path}{RoleName}"
_USER = "arn:aws:iam::{account}:user{Path}{UserName}"
_GROUP = "arn:aws:iam::{account}:group{Path}{GroupName}"
_POLICY = "arn:aws:iam::{account}:policy{Path}{PolicyName}"
_PROFILE = "arn:aws:iam::{account}:instance-profile{Path}{InstanceProfileName}"

IAM = Service(
    prefix="iam",
    templates=(
        "{PolicySourceArn}",
        _PROFILE,
        _ROLE,
        _GROUP,
        _USER,
        "{PolicyArn}",
        "{OpenIDConnectProviderArn}",
        "{SAMLProviderArn}",
        "arn:aws:iam::{account}:server-certificate/{ServerCertificateName}",
        "arn:aws:iam::{account}:mfa/{VirtualMFADeviceName}",
        "{SerialNumber}",
    ),
    operations={
        "CreatePolicy": on(_POLICY),
        "ListPoliciesGrantingServiceAccess": on("{Arn}"),
        "GenerateServiceLastAccessedDetails": on("{Arn}"),
        "CreateServiceLinkedRole": on("arn:aws:iam::{account}:role/aws-service-role/{AWSServiceName}/*"),
        "GetAccessKeyLastUsed": on("arn:aws:iam::{account}:user/*"),
        "GetServiceLinkedRoleDeletionStatus": on("arn:aws:iam::{account}:role/*"),
        "DeleteVirtualMFADevice": on("arn:aws:iam::{account}:mfa/{SerialNumber}"),
        "EnableMFADevice": on(_USER),
        "DeactivateMFADevice": on(_USER),
        "ResyncMFADevice": on(_USER),
        "UploadServerCertificate": on("arn:aws:iam::{account}:server-certificate{Path}{ServerCertificateName}"),
        "CreateSAMLProvider": on("arn:aws:iam::{account}:saml-provider/{Name}"),
        "CreateOpenIDConnectProvider": on("arn:aws:iam::{account}:oidc-provider/{Url}"),
    },
    tagging=(
        Tagging("TagRole", operations=("CreateRole",)),
        Tagging("TagUser", operations=("CreateUser",)),
        Tagging("TagPolicy", operations=("CreatePolicy",)),
        Tagging("TagInstanceProfile", operations=("CreateInstanceProfile",)),
        Tagging("TagOpenIDConnectProvider", operations=("CreateOpenIDConnectProvider",)),
        Tagging("TagSAMLProvider", operations=("CreateSAMLProvider",)),
        Tagging("TagServerCertificate", operations=("UploadServerCertificate",)),
        Tagging("TagMFADevice", operations=("CreateVirtualMFADevice",)),
    ),
    passed_roles=(PassedRole("PassedRoleArn", "ec2.amazonaws.com", ("AddRoleToInstanceProfile",)),),
    context_keys={"iam:PolicyARN": "PolicyArn", "iam:PermissionsBoundary": "PermissionsBoundary"},
)

STS = Service(
    prefix="sts",
    templates=("{RoleArn}",),
    operations={"GetFederationToken": on("arn:aws:sts::{account}:federated-user/{Name}")},
    tagging=(
        Tagging("TagSession", operations=("AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")),
        Tagging("SetSourceIdentity", "SourceIdentity", ("AssumeRole",)),
    ),
    context_keys={
        "sts:ExternalId": "ExternalId",
        "sts:RoleSessionName": "RoleSessionName",
        "sts:SourceIdentity": "SourceIdentity",
        "sts:TransitiveTagKeys": "TransitiveTagKeys[]",
    },
)
