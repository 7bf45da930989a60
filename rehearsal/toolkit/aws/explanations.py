"""What the words of AWS mean in this workshop, and what to do: a table of patterns. Pure."""

import re
from typing import NamedTuple


class Explanation(NamedTuple):
    """``meaning`` is said of every message that ``pattern`` is found in; the first that fits is taken."""

    pattern: re.Pattern[str]
    meaning: str


def _of(pattern: str, meaning: str) -> Explanation:
    return Explanation(re.compile(pattern, re.IGNORECASE | re.DOTALL), meaning)


EXPLANATIONS: tuple[Explanation, ...] = (
    _of(
        r"iam:PassRole",
        "the caller may not hand this role to the service: allow iam:PassRole on that role in cloudformation/",
    ),
    _of(
        r"Cannot pull algorithm container",
        "SageMakerExecutionRole may not read the image that container-path names (or there is none): "
        "rehearse params check TrainModel shows which images work; a registry of your own needs a row in PullImage",
    ),
    _of(
        r"Unable to get mapping for XGBoostRegistry",
        "SageMaker has no built-in XGBoost in this region: choose another --region",
    ),
    _of(
        r"not authorized to perform:? (?P<action>[\w-]+:\w+)|AccessDenied",
        "a role of the stacks lacks this permission: add the named action to its policy in cloudformation/ "
        "and run rehearse launch",
    ),
    _of(
        r"explicit deny",
        "a policy forbids it in so many words (a service control policy, perhaps): ask the account's administrator",
    ),
    _of(
        r"BucketAlreadyExists|BucketAlreadyOwnedByYou|already exists.*bucket|bucket.*already exists",
        "bucket names are shared by all accounts: choose another --suffix, or give --bucket-suffix",
    ),
    _of(
        r"ResourceLimitExceeded|account-level service limit|LimitExceeded",
        "a quota is used up: rehearse doctor shows which; ask for more in Service Quotas",
    ),
    _of(
        r"CapacityError|InsufficientInstanceCapacity",
        "AWS has no such instance free right now: try later, or another traincompute",
    ),
    _of(
        r"NoSuchKey|specified key does not exist|Not Found.*S3|404.*HeadObject",
        "an object is missing from its bucket: rehearse upload puts zips, data and training-config.zip there",
    ),
    _of(
        r"NoSuchBucket|bucket does not exist",
        "the bucket is not there: rehearse launch makes it; check the suffix in UserParameters",
    ),
    _of(
        r"Unable to import module|Handler .* missing|ImportModuleError|HandlerNotFound",
        "the zip does not hold the handler that the template names: rehearse package, upload and launch again",
    ),
    _of(
        r"Task timed out",
        "the function did not answer within its timeout: raise Timeout in the template, or do less in one call",
    ),
    _of(r"OutOfMemory|signal: killed|memory size", "the function ran out of memory: raise MemorySize in the template"),
    _of(
        r"Extraneous hyperparameter",
        "the algorithm does not know this hyperparameter: correct its name in hp-... or in training-config",
    ),
    _of(
        r"Missing required hyperparameter",
        "give the hyperparameter in UserParameters (hp-num-round) or in training-config",
    ),
    _of(r"Hyperparameter \S+: .* is not in", "the value lies outside of what the algorithm accepts"),
    _of(
        r"No data in (training|validation) channel",
        "the CSV is empty or under another key: rehearse upload --data puts it in place",
    ),
    _of(
        r"threshold|gate is missed",
        "the model is not good enough for the gate: change the hyperparameters, or the thresholds in training-config "
        "(those of the sample data do not suit your own: copy training-config/ into your data folder and change it "
        "there)",
    ),
    _of(
        r"not (valid )?JSON|JSONDecodeError",
        "the UserParameters cannot be read: rehearse params check shows the character",
    ),
    _of(r"UserParameters", "correct the parameter: rehearse params set STAGE/ACTION NAME=VALUE"),
    _of(r"security token .* expired|ExpiredToken", "the credentials ran out during the work: sign in and run it again"),
    _of(
        r"Unrecognized resource type|Unknown resource type|does not support",
        "the template asks for what this AWS does not have: the message names it",
    ),
    _of(
        r"failed to return a result",
        "the function ended, or still works, without telling CodePipeline: its log above says how it ended",
    ),
    _of(r"Circular dependency", "resources of the template wait for each other: break the loop that is named"),
)


def meaning_of(message: str) -> str:
    """What the message means here and what to do; empty when the table does not know it."""
    return next((entry.meaning for entry in EXPLANATIONS if entry.pattern.search(message)), "")
