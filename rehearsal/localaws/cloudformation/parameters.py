"""Parameters of a template: the declared checks applied to the values given. Pure, but for the look-ups handed in.

Facts: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.cloudformation import java_patterns
from rehearsal.localaws.cloudformation.template import as_text, invalid

Declaration = Mapping[str, Any]
SsmLookup = Callable[[str], str]
"""The value of a Systems Manager parameter; raises KeyError when there is none."""
Exists = Callable[[str, str], bool]
"""Whether a value of an AWS-specific type (``AWS::EC2::VPC::Id``) exists in the account."""

LONGEST_VALUE = 4096
_SSM_VALUE = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")
_LIST = re.compile(r"List<(.+)>")
_PLAIN_TYPES = {"String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"}


@dataclass(frozen=True)
class ParameterValue:
    """One parameter as a stack has it: the text given, and what it means."""

    name: str
    text: str
    value: str | tuple[str, ...]
    no_echo: bool = False
    resolved_text: str | None = None
    """What Systems Manager holds, for the types that name a Systems Manager parameter."""

    @property
    def shown(self) -> str:
        """The text for Describe answers."""
        return "****" if self.no_echo else self.text


@dataclass(frozen=True)
class Given:
    """What the caller of CreateStack or UpdateStack passes for one parameter."""

    text: str | None = None
    use_previous: bool = False


def values(
    declarations: Mapping[str, Declaration],
    given: Mapping[str, Given],
    previous: Mapping[str, ParameterValue],
    *,
    ssm: SsmLookup,
    exists: Exists,
) -> dict[str, ParameterValue]:
    """Every declared parameter with its value, checked.

    Raises:
        AwsError: ValidationError, in CloudFormation's words.
    """
    undeclared = [name for name in given if name not in declarations]
    if undeclared:
        raise invalid(f"Parameters: [{', '.join(undeclared)}] do not exist in the template")
    texts = {name: _text(name, declared, given, previous) for name, declared in declarations.items()}
    missing = [name for name, text in texts.items() if text is None]
    if missing:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return {
        name: _value(name, declarations[name], text, ssm=ssm, exists=exists)
        for name, text in texts.items()
        if text is not None
    }


def _text(
    name: str, declared: Declaration, given: Mapping[str, Given], previous: Mapping[str, ParameterValue]
) -> str | None:
    answer = given.get(name)
    if answer is not None and answer.use_previous:
        if answer.text:
            raise invalid(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true and non empty value "
                f"for a parameter"
            )
        if name not in previous:
            raise invalid(
                f"Invalid input for parameter key {name}. Cannot specify usePreviousValue as true for "
                f"a parameter key not in the previous template"
            )
        return previous[name].text
    if answer is not None and answer.text is not None:
        return answer.text
    default = declared.get("Default")
    if isinstance(default, list):
        raise invalid("Template format error: Every Default member must be a string.")
    return None if default is None else as_text(default)


def _check_length(name: str, text: str) -> None:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html, "Parameter values"."""
    if len(text) > LONGEST_VALUE:
        raise invalid(
            f"1 validation error detected: Value at 'parameters.{name}.member.parameterValue' failed to satisfy "
            f"constraint: Member must have length less than or equal to {LONGEST_VALUE}"
        )


def _value(name: str, declared: Declaration, text: str, *, ssm: SsmLookup, exists: Exists) -> ParameterValue:
    _check_length(name, text)
    _check(name, declared, text)
    no_echo = as_text(declared.get("NoEcho", False)).lower() == "true"
    kind = declared["Type"]
    through_ssm = _SSM_VALUE.fullmatch(kind)
    if through_ssm is None:
        _check_kind(name, kind, text, exists)
        return ParameterValue(name, text, _split(kind, text), no_echo)
    try:
        held = ssm(text)
    except KeyError as error:
        raise invalid(f"Unable to fetch parameters [{text}] from parameter store for this account.") from error
    _check_kind(name, through_ssm[1], held, exists)
    return ParameterValue(name, text, _split(through_ssm[1], held), no_echo, resolved_text=held)


def _split(kind: str, text: str) -> str | tuple[str, ...]:
    if kind != "CommaDelimitedList" and not _LIST.fullmatch(kind):
        return text
    return tuple(item.strip() for item in text.split(",")) if text else ()


def _check_kind(name: str, kind: str, text: str, exists: Exists) -> None:
    if kind in _PLAIN_TYPES:
        if kind in ("Number", "List<Number>"):
            for item in text.split(",") if kind.startswith("List") else [text]:
                _number(name, item)
        return
    item_kind = match[1] if (match := _LIST.fullmatch(kind)) else kind
    if not item_kind.startswith("AWS::"):
        raise invalid(f"Template format error: Unrecognized parameter type: {kind}")
    for item in text.split(",") if match else [text]:
        if not exists(item_kind, item.strip()):
            raise invalid(
                f"Parameter validation failed: parameter value {item.strip()} for parameter name {name} does not exist"
            )


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise invalid(f"Parameter '{name}' must be a number.") from error


def _check(name: str, declared: Declaration, text: str) -> None:
    problem = _problem(name, declared, text)
    if problem is None:
        return
    described = declared.get("ConstraintDescription")
    raise invalid(f"Parameter {name} failed to satisfy constraint: {described}" if described else problem)


def _problem(name: str, declared: Declaration, text: str) -> str | None:
    items = text.split(",") if declared["Type"] == "CommaDelimitedList" else [text]
    allowed = declared.get("AllowedValues")
    if allowed is not None and not all(item.strip() in [as_text(value) for value in allowed] for item in items):
        return f"Parameter '{name}' must be one of AllowedValues"
    pattern = declared.get("AllowedPattern")
    if pattern is not None and not all(_matches(name, pattern, item.strip()) for item in items):
        return f"Parameter '{name}' must match pattern {pattern}"
    if "MinLength" in declared and len(text) < int(declared["MinLength"]):
        return f"Parameter '{name}' must contain at least {declared['MinLength']} characters"
    if "MaxLength" in declared and len(text) > int(declared["MaxLength"]):
        return f"Parameter '{name}' must contain at most {declared['MaxLength']} characters"
    return _range_problem(name, declared, text)


def _matches(name: str, pattern: str, text: str) -> bool:
    try:
        return java_patterns.compiled(pattern).fullmatch(text) is not None
    except re.error as error:
        raise invalid(f"Template format error: Invalid regular expression {pattern} of parameter {name}") from error


def _range_problem(name: str, declared: Declaration, text: str) -> str | None:
    if "MinValue" in declared and _number(name, text) < float(declared["MinValue"]):
        return f"Parameter '{name}' must be a number not less than {declared['MinValue']}"
    if "MaxValue" in declared and _number(name, text) > float(declared["MaxValue"]):
        return f"Parameter '{name}' must be a number not greater than {declared['MaxValue']}"
    return None
