"""Lineage: data -> job -> data or model artifact -> model package, model -> endpoint. Read off what exists, nothing is
recorded twice.

As in SageMaker a vertex has an ARN of its own kind (artifact, experiment-trial-component, context), derived here from
the URI or ARN that it stands for; ListArtifacts and ListContexts find it by that (``SourceUri``).
https://docs.aws.amazon.com/sagemaker/latest/dg/querying-lineage-entities.html
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from rehearsal.localaws.ground.errors import AwsError
from rehearsal.localaws.sagemaker import listing

_MAX_DEPTH = 10


@dataclass(frozen=True)
class Vertex:
    """Something in the lineage. ``source`` is the S3 URI, image or ARN that it stands for."""

    arn: str
    type: str
    lineage_type: str
    source: str

    @property
    def name(self) -> str:
        return self.source.rpartition("/")[2]


@dataclass(frozen=True)
class Edge:
    """``source`` came before ``destination``."""

    source: Vertex
    destination: Vertex
    association: str


def edges(backend: Any) -> Iterator[Edge]:
    """All of the region."""
    for job in backend.trained_jobs:
        yield from _of_training_job(backend, job)
    for job in backend.processed_jobs:
        yield from _of_processing_job(backend, job)
    for job in backend.batch_transforms:
        yield from _of_transform_job(backend, job)
    for package in backend.packages.values():
        vertex = _artifact(backend, package.arn, "ModelPackage")
        for container in package.request.get("InferenceSpecification", {}).get("Containers", ()):
            if container.get("ModelDataUrl"):
                yield Edge(_artifact(backend, container["ModelDataUrl"], "Model"), vertex, "ContributedTo")
    for model in backend.hosted_models:
        yield from _of_model(backend, model)
    for endpoint in backend.hosted_endpoints:
        yield from _of_endpoint(backend, endpoint)


def component_name(job: Any) -> str:
    """The trial component that stands for a job: ``<job>-aws-training-job``."""
    return f"{job.name.lower()}-aws-{job.arn.split(':')[-1].partition('/')[0]}"


def _component(backend: Any, job: Any, kind: str) -> Vertex:
    arn = backend.arn("experiment-trial-component", component_name(job))
    return Vertex(arn, f"SageMaker{kind}Job", "TrialComponent", job.arn)


def _of_training_job(backend: Any, job: Any) -> Iterator[Edge]:
    description, vertex = job.description(), _component(backend, job, "Training")
    for channel in description.get("InputDataConfig", ()):
        source = channel["DataSource"].get("S3DataSource")
        if source:
            yield Edge(_artifact(backend, source["S3Uri"], "DataSet"), vertex, "ContributedTo")
    image = description["AlgorithmSpecification"].get("TrainingImage")
    if image:
        yield Edge(_artifact(backend, image, "Image"), vertex, "ContributedTo")
    produced = description.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if produced:
        yield Edge(vertex, _artifact(backend, produced, "Model"), "Produced")


def _of_processing_job(backend: Any, job: Any) -> Iterator[Edge]:
    description, vertex = job.description(), _component(backend, job, "Processing")
    for each in description.get("ProcessingInputs", ()):
        if "S3Input" in each:
            yield Edge(_artifact(backend, each["S3Input"]["S3Uri"], "DataSet"), vertex, "ContributedTo")
    yield Edge(_artifact(backend, description["AppSpecification"]["ImageUri"], "Image"), vertex, "ContributedTo")
    if description["ProcessingJobStatus"] == "Completed":
        for each in description.get("ProcessingOutputConfig", {}).get("Outputs", ()):
            if "S3Output" in each:
                yield Edge(vertex, _artifact(backend, each["S3Output"]["S3Uri"], "DataSet"), "Produced")


def _of_transform_job(backend: Any, job: Any) -> Iterator[Edge]:
    description, vertex = job.description(), _component(backend, job, "Transform")
    source = description["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    yield Edge(_artifact(backend, source, "DataSet"), vertex, "ContributedTo")
    yield Edge(_artifact(backend, job.model.arn, "SageMakerModel"), vertex, "ContributedTo")
    if description["TransformJobStatus"] == "Completed":
        place = description["TransformOutput"]["S3OutputPath"]
        yield Edge(vertex, _artifact(backend, place, "DataSet"), "Produced")


def _of_model(backend: Any, model: Any) -> Iterator[Edge]:
    vertex = _artifact(backend, model.arn, "SageMakerModel")
    package_arn = model.package_arn
    if package_arn is not None and package_arn in backend.packages:
        yield Edge(_artifact(backend, package_arn, "ModelPackage"), vertex, "ContributedTo")
    elif model.container.data_url:
        yield Edge(_artifact(backend, model.container.data_url, "Model"), vertex, "ContributedTo")


def _of_endpoint(backend: Any, endpoint: Any) -> Iterator[Edge]:
    if endpoint.live is None:
        return
    vertex = Vertex(backend.arn("context", _digest(endpoint.arn)), "Endpoint", "Context", endpoint.arn)
    for running in endpoint.live.variants.values():
        yield Edge(_artifact(backend, running.model.arn, "SageMakerModel"), vertex, "AssociatedWith")


def _artifact(backend: Any, uri: str, kind: str) -> Vertex:
    return Vertex(backend.arn("artifact", _digest(uri)), kind, "Artifact", uri)


def _digest(uri: str) -> str:
    return hashlib.md5(uri.encode(), usedforsecurity=False).hexdigest()


def reach(found: Iterable[Edge], starts: Iterable[str], direction: str, depth: int) -> tuple[list[Vertex], list[Edge]]:
    """What is connected with the starts. Pure.

    Args:
        direction: ``Ascendants`` (what it came from), ``Descendants`` (what came of it) or ``Both``.
        depth: how many edges to follow at most.
    """
    known, followed = list(found), []
    vertices: dict[str, Vertex] = {}
    for backwards in (True, False):
        if direction == ("Descendants" if backwards else "Ascendants"):
            continue
        frontier, seen = set(starts), set(starts)
        for _ in range(depth):
            edges_here = [edge for edge in known if (edge.destination if backwards else edge.source).arn in frontier]
            frontier = set()
            for edge in edges_here:
                followed.append(edge)
                further = edge.source if backwards else edge.destination
                vertices |= {edge.source.arn: edge.source, edge.destination.arn: edge.destination}
                if further.arn not in seen:
                    frontier.add(further.arn)
            seen |= frontier
    return list(vertices.values()), list(dict.fromkeys(followed))


class LineageOperations:
    """QueryLineage, ListAssociations, ListArtifacts and ListContexts."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def query_lineage(self) -> dict[str, Any]:
        starts = self.params.get("StartArns") or []
        if not starts:
            raise AwsError("ValidationException", "QueryLineage of the embedded AWS needs StartArns.")
        depth = min(self.params.get("MaxDepth") or _MAX_DEPTH, _MAX_DEPTH)
        vertices, followed = reach(edges(self.sagemaker_backend), starts, self.params.get("Direction", "Both"), depth)
        wanted = self.params.get("Filters") or {}
        answer: dict[str, Any] = {
            "Vertices": [
                {"Arn": vertex.arn, "Type": vertex.type, "LineageType": vertex.lineage_type}
                for vertex in vertices
                if vertex.type in wanted.get("Types", [vertex.type])
                and vertex.lineage_type in wanted.get("LineageTypes", [vertex.lineage_type])
            ]
        }
        if self.params.get("IncludeEdges", True):
            answer["Edges"] = [
                {
                    "SourceArn": edge.source.arn,
                    "DestinationArn": edge.destination.arn,
                    "AssociationType": edge.association,
                }
                for edge in followed
            ]
        return answer

    def list_associations(self) -> dict[str, Any]:
        summaries = [_association(edge) for edge in edges(self.sagemaker_backend)]
        members = ("SourceArn", "DestinationArn", "SourceType", "DestinationType", "AssociationType")
        chosen = [
            summary
            for summary in summaries
            if all(self.params.get(member) in (None, summary[member]) for member in members)
        ]
        unsorted = {name: value for name, value in self.params.items() if name in ("MaxResults", "NextToken")}
        return listing.page(chosen, {**unsorted, "SortBy": "Name"}, into="AssociationSummaries", name="SourceArn")

    def list_artifacts(self) -> dict[str, Any]:
        return self._vertices("Artifact")

    def list_contexts(self) -> dict[str, Any]:
        return self._vertices("Context")

    def _vertices(self, kind: str) -> dict[str, Any]:
        """The vertices of one lineage type, chosen by SourceUri and by ArtifactType or ContextType."""
        found = {vertex for edge in edges(self.sagemaker_backend) for vertex in (edge.source, edge.destination)}
        summaries = [
            {
                f"{kind}Arn": vertex.arn,
                f"{kind}Name": vertex.name,
                "Source": {"SourceUri": vertex.source},
                f"{kind}Type": vertex.type,
            }
            for vertex in found
            if vertex.lineage_type == kind
            and self.params.get("SourceUri") in (None, vertex.source)
            and self.params.get(f"{kind}Type") in (None, vertex.type)
        ]
        paging = {name: value for name, value in self.params.items() if name in ("MaxResults", "NextToken")}
        return listing.page(summaries, {**paging, "SortBy": "Name"}, into=f"{kind}Summaries", name=f"{kind}Arn")


def _association(edge: Edge) -> dict[str, Any]:
    return {
        "SourceArn": edge.source.arn,
        "SourceType": edge.source.type,
        "SourceName": edge.source.name,
        "DestinationArn": edge.destination.arn,
        "DestinationType": edge.destination.type,
        "DestinationName": edge.destination.name,
        "AssociationType": edge.association,
    }
