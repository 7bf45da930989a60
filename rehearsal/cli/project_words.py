"""What ``rehearse project`` and ``rehearse model`` say. Pure."""

from collections.abc import Mapping, Sequence

from rehearsal.toolkit.mlops.names import ProjectNames
from rehearsal.toolkit.mlops.projects import Launched
from rehearsal.toolkit.mlops.registry import Version
from rehearsal.toolkit.mlops.standing import Standing


def created(made: ProjectNames, outputs: Mapping[str, str], is_behind_connection: bool) -> str:
    """A project that was made, and what to do next."""
    lines = [
        f"project {made.name} ({made.id}) is there; its ModelBuild has started",
        f"  ModelBuild:  {outputs.get('ModelBuildRepository', '')}",
        f"  ModelDeploy: {outputs.get('ModelDeployRepository', '')}",
        "",
        f"next: rehearse project status {made.name}      (a version waits for approval when ModelBuild has ended)",
        f"      rehearse model list {made.name}",
    ]
    if is_behind_connection:
        lines.append("      mlops/modelbuild and mlops/modeldeploy are the first commits for the two repositories")
    return "\n".join(lines)


def standing(found: Standing) -> str:
    """A project as it stands."""
    names = found.project.names
    lines = [f"{names.name} ({names.id}), stack {found.project.stack}: {found.project.status}"]
    for which, stages in found.pipelines.items():
        told = "  ".join(f"{each.name} {each.status}" for each in stages) or "not there"
        lines.append(f"{which + ':':<13}{told}")
        lines += [f"{'':<13}{note}" for each in stages for note in each.notes]
    lines += ["versions:", *(f"  {line}" for line in versions(found.versions))]
    lines.append("endpoints:")
    lines += [
        f"  {each.endpoint}  {each.status}  {', '.join(map(_short, each.packages))}"
        f"{'  captures data' if each.captures else ''}"
        for each in found.endpoints
    ] or ["  none yet"]
    return "\n".join(lines)


def _short(arn: str) -> str:
    return arn.rpartition("model-package/")[2]


def versions(found: Sequence[Version]) -> list[str]:
    """A line for each version."""
    return [
        f"{each.address}  {each.approval:<22} {numbers(each.metrics)}"
        f"{'  serves ' + ', '.join(each.endpoints) if each.endpoints else ''}"
        for each in found
    ] or ["none yet"]


def numbers(metrics: Mapping[str, float]) -> str:
    """Metrics in one line."""
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items()) or "no metrics"


def version(found: Version) -> str:
    """All of one version."""
    lines = [
        f"{found.address}: {found.approval}{' - ' + found.note if found.note else ''}",
        f"  registered  {found.created_at.isoformat(timespec='seconds')}",
        f"  metrics     {numbers(found.metrics)}",
        f"  model       {found.model_data}",
        f"  serves      {', '.join(found.endpoints) or 'nowhere'}",
    ]
    return "\n".join([*lines, *(f"  {name:<21} {value}" for name, value in found.lineage.items())])


def comparison(first: Version, second: Version) -> str:
    """Two versions, metric by metric and property by property where they differ."""
    rows = [f"{'':<22} {first.address:<44} {second.address}"]
    for name in sorted({*first.metrics, *second.metrics}):
        one, other = first.metrics.get(name), second.metrics.get(name)
        change = f"  ({other - one:+.4f})" if one is not None and other is not None else ""
        rows.append(f"{name:<22} {_number(one):<44} {_number(other)}{change}")
    for name in sorted({*first.lineage, *second.lineage}):
        if first.lineage.get(name) != second.lineage.get(name):
            rows.append(f"{name:<22} {first.lineage.get(name, '-'):<44} {second.lineage.get(name, '-')}")
    rows.append(f"{'approval':<22} {first.approval:<44} {second.approval}")
    rows.append(f"{'serves':<22} {', '.join(first.endpoints) or '-':<44} {', '.join(second.endpoints) or '-'}")
    return "\n".join(rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def pages(names: ProjectNames, region: str) -> dict[str, str]:
    """The pages of AWS's console for a project."""
    console = f"https://{region}.console.aws.amazon.com"
    pipelines = f"{console}/codesuite/codepipeline/pipelines"
    return {
        "ModelBuild": f"{pipelines}/{names.build_pipeline}/view?region={region}",
        "ModelDeploy": f"{pipelines}/{names.deploy_pipeline}/view?region={region}",
        "Endpoints": f"{console}/sagemaker/home?region={region}#/endpoints",
    }


def places(found: Launched, pages_: Mapping[str, str], *, is_rehearsal: bool) -> str:
    """Where to clone, and where to look."""
    lines = [
        f"git clone {found.outputs.get(f'Model{which}Repository', '')} model{which.lower()}"
        for which in ("Build", "Deploy")
    ]
    if is_rehearsal:
        lines += [
            "",
            "git asks for a user name and a password: the access key id and the secret of the embedded AWS.",
            "In a shell with them (rehearse env), these lines answer for you:",
            credential_helper(),
            "rehearse console shows both pipelines in a browser.",
        ]
    else:
        lines += [f"{name:<12} {url}" for name, url in pages_.items()]
    return "\n".join(lines)


def credential_helper() -> str:
    """Lines for a shell in which git answers with the keys of the environment."""
    return (
        "export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=credential.helper\n"
        "export GIT_CONFIG_VALUE_0="
        '\'!f() { echo "username=$AWS_ACCESS_KEY_ID"; echo "password=$AWS_SECRET_ACCESS_KEY"; }; f\''
    )
