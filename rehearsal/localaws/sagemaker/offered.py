"""Which operations of SageMaker are answered, and why the others are refused: nothing is answered by a record that
pretends. Data.

An operation of ours is executed. Of the operations that moto has besides, those are left to it of which AWS too keeps a
record and nothing else, and those that can only tell that there is nothing of a kind. All other operations are refused
by name.
"""

_JOB_DEFINITIONS = ("DataQuality", "ModelBias", "ModelExplainability", "ModelQuality")

RECORDED = frozenset(
    {
        *(
            f"{verb}{kind}"
            for kind in ("Experiment", "Trial", "TrialComponent")
            for verb in ("Create", "Delete", "Describe")
        ),
        *("ListExperiments", "ListTrials", "ListTrialComponents", "UpdateTrialComponent"),
        *("AssociateTrialComponent", "DisassociateTrialComponent"),
        *("CreateModelCard", "UpdateModelCard", "DescribeModelCard", "DeleteModelCard", "ListModelCards"),
        "ListModelCardVersions",
        *(f"{verb}{kind}JobDefinition" for kind in _JOB_DEFINITIONS for verb in ("Create", "Delete", "Describe")),
        *(f"List{kind}JobDefinitions" for kind in _JOB_DEFINITIONS),
        "DescribeNotebookInstanceLifecycleConfig",
    }
)
"""AWS keeps a record and does nothing more. (A definition of a monitoring job runs by its schedule, which is
refused.)"""

NOTEBOOKS = frozenset(
    f"{verb}NotebookInstance" for verb in ("Create", "Delete", "Describe", "Start", "Stop")
) | frozenset({"ListNotebookInstances"})
"""Recorded for the sake of stacks that have one: the one exception, told in docs/cloudformation.md. No Jupyter runs."""

EMPTY = frozenset(
    {
        *("DescribeAutoMLJobV2", "ListAutoMLJobs", "StopAutoMLJob"),
        *("DeleteCluster", "DescribeCluster", "DescribeClusterNode", "ListClusterNodes", "ListClusters"),
        *("DeleteCompilationJob", "DescribeCompilationJob", "ListCompilationJobs"),
        *("DeleteDomain", "DescribeDomain", "ListDomains"),
        "DescribeFeatureGroup",
    }
)
"""Nothing of these kinds can be made here: lists are empty, names are unknown."""

REFUSED = {
    "CreateAutoMLJobV2": "no models are searched for here",
    "CreateCluster": "there are no clusters of HyperPod here",
    "CreateCompilationJob": "nothing compiles models here",
    "CreateDomain": "there is no Studio here; run a notebook of your own with: rehearse exec -- jupyter lab",
    "CreateFeatureGroup": "there is no feature store here",
}
"""Operations that moto would record as if done, and what to know instead."""

CLOSED = {
    "CreateMonitoringSchedule": "AWS has closed Model Monitor to new customers; docs/monitoring.md has its checks on a "
    "schedule",
}
"""Operations that AWS gives to its earlier customers alone, and what to do instead."""


def refusal(operation: str, is_ours: bool) -> str | None:
    """Why an operation is refused; None where it is answered. ``is_ours``: this room executes it."""
    if operation in CLOSED:
        return f"{operation}: {CLOSED[operation]}"
    if is_ours or operation in RECORDED | NOTEBOOKS | EMPTY:
        return None
    return f"{operation}: {REFUSED.get(operation, 'it is not executed here')}"
