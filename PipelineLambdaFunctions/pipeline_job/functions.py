"""The functions of the pipeline, a row each: what everything else knows of them comes from here. Pure.

A function's UserParameters are described by ``schemas/<name>.json``.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """A Lambda function that pipeline actions invoke.

    ``outputs`` are its output variables by name; with ``has_metrics`` it has further ones, each metric under its own
    lower-case name (``rmse``, ``validation-rmse``).
    """

    name: str
    module: str
    outputs: frozenset[str]
    has_metrics: bool = False

    @property
    def handler(self) -> str:
        """What Lambda calls."""
        return f"{self.module}.lambda_handler"

    @property
    def zip_name(self) -> str:
        """The name under which the templates look for its code."""
        return f"MLOps-BIA-{self.name}.py.zip"

    def gives(self, variable: str) -> bool:
        """Whether it has an output variable of that name."""
        return variable in self.outputs or (self.has_metrics and not variable[:1].isupper())


_ROWS = (
    Function("TrainModel", "train_model", frozenset({"TrainingJobName", "ModelName", "TrainingImage"})),
    Function(
        "GetStatus",
        "get_status",
        frozenset(
            {
                "TrainingJobName",
                "ModelDataUrl",
                "BillableSeconds",
                "EndpointName",
                "EndpointConfigName",
                "EndpointStatus",
            }
        ),
        has_metrics=True,
    ),
    Function(
        "DeployModel",
        "deploy_model",
        frozenset({"EndpointName", "EndpointConfigName", "IncumbentEndpointConfigName"}),
    ),
    Function("EvaluateModel", "evaluate_model", frozenset({"Rows", "EndpointName"}), has_metrics=True),
)
FUNCTIONS: dict[str, Function] = {function.name: function for function in _ROWS}
"""By name, in the order in which the pipeline first uses them."""
