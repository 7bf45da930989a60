"""The output variables of the functions, by the names under which later actions use them. Pure.

Metrics come beside the named ones, under their own lower-case names (``rmse``, ``validation-rmse``).
"""

import re

_NOT_IN_A_KEY = re.compile(r"[^A-Za-z0-9@_-]")

OUTPUTS: dict[str, frozenset[str]] = {
    "TrainModel": frozenset({"TrainingJobName", "ModelName", "TrainingImage"}),
    "GetStatus": frozenset(
        {"TrainingJobName", "ModelDataUrl", "BillableSeconds", "EndpointName", "EndpointConfigName", "EndpointStatus"}
    ),
    "DeployModel": frozenset({"EndpointName", "EndpointConfigName", "IncumbentEndpointConfigName"}),
    "EvaluateModel": frozenset({"Rows", "EndpointName"}),
}
WITH_METRICS = frozenset({"GetStatus", "EvaluateModel"})


def key(name: str) -> str:
    """The variable of a metric's name: CodePipeline takes letters, digits, ``@``, ``-`` and ``_``; all else becomes ``-``.

    https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PutJobSuccessResult.html (OutputVariablesKey)
    """
    return _NOT_IN_A_KEY.sub("-", name)


def gives(function: str, variable: str) -> bool:
    """Whether ``function`` has an output variable of that name."""
    return variable in OUTPUTS[function] or (function in WITH_METRICS and not variable[:1].isupper())
