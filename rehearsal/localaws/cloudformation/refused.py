"""Operations of the API that the embedded AWS refuses by name, with what to do instead."""

from collections.abc import Callable
from typing import Any

from rehearsal.localaws.cloudformation.template import invalid
from rehearsal.localaws.services.api import ServiceApi

_STACK_SETS = "stack sets; deploy the template as a stack in each region instead"
_DRIFT = "drift detection; compare the resources with their services' own APIs"
_TYPES = "registering resource types, modules and hooks; a custom resource backed by a function does the same"
_GENERATED = "generating templates and scanning resources"

_REFUSED = {
    _STACK_SETS: (
        "create_stack_set",
        "update_stack_set",
        "delete_stack_set",
        "describe_stack_set",
        "list_stack_sets",
        "create_stack_instances",
        "update_stack_instances",
        "delete_stack_instances",
        "describe_stack_instance",
        "list_stack_instances",
        "describe_stack_set_operation",
        "list_stack_set_operations",
        "list_stack_set_operation_results",
        "stop_stack_set_operation",
        "import_stacks_to_stack_set",
        "detect_stack_set_drift",
    ),
    _DRIFT: (
        "detect_stack_drift",
        "detect_stack_resource_drift",
        "describe_stack_drift_detection_status",
        "describe_stack_resource_drifts",
    ),
    _TYPES: (
        "register_type",
        "deregister_type",
        "activate_type",
        "deactivate_type",
        "describe_type",
        "list_types",
        "list_type_versions",
        "list_type_registrations",
        "describe_type_registration",
        "set_type_default_version",
        "set_type_configuration",
        "batch_describe_type_configurations",
        "publish_type",
        "test_type",
        "register_publisher",
        "describe_publisher",
    ),
    _GENERATED: (
        "create_generated_template",
        "update_generated_template",
        "delete_generated_template",
        "describe_generated_template",
        "get_generated_template",
        "list_generated_templates",
        "start_resource_scan",
        "describe_resource_scan",
        "list_resource_scans",
        "list_resource_scan_resources",
        "list_resource_scan_related_resources",
        "estimate_template_cost",
    ),
}


def _refusal(what: str) -> Callable[[ServiceApi], Any]:
    def refuse(self: ServiceApi) -> Any:
        raise invalid(f"{self._get_action()} is refused: the embedded AWS does not offer {what}")

    return refuse


class RefusedOperations(ServiceApi):
    """A method for each refused operation."""


for _what, _operations in _REFUSED.items():
    for _operation in _operations:
        setattr(RefusedOperations, _operation, _refusal(_what))
