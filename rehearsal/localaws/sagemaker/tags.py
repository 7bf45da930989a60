"""Tags of SageMaker resources, kept by ARN, and the three operations on them."""

from collections.abc import Sequence
from typing import Any

from rehearsal.localaws.ground.errors import AwsError

MAX_TAGS = 50
Tag = dict[str, str]
"""``{"Key": ..., "Value": ...}``."""


class TagStore:
    """The tags of every resource that this room models itself. A resource is known from its first :meth:`put`, even an
    empty one."""

    def __init__(self) -> None:
        self._tags: dict[str, dict[str, str]] = {}

    def __contains__(self, arn: str) -> bool:
        return arn in self._tags

    def put(self, arn: str, tags: Sequence[Tag] | None) -> list[Tag]:
        """Add tags, a later value replacing the earlier one of its key; gives all of them.

        Raises:
            AwsError: ResourceLimitExceeded, when there would be more than 50.
        """
        merged = self._tags.get(arn, {}) | {tag["Key"]: tag["Value"] for tag in tags or ()}
        if len(merged) > MAX_TAGS:
            raise AwsError(
                "ResourceLimitExceeded", f"The number of tags on {arn} would exceed the limit of {MAX_TAGS}."
            )
        self._tags[arn] = merged
        return self.of(arn)

    def of(self, arn: str) -> list[Tag]:
        """The tags in the order in which their keys came."""
        return [{"Key": key, "Value": value} for key, value in self._tags.get(arn, {}).items()]

    def remove(self, arn: str, keys: Sequence[str]) -> None:
        """Drop the tags of these keys; one that is missing is fine."""
        for key in keys:
            self._tags.get(arn, {}).pop(key, None)

    def forget(self, arn: str) -> None:
        """The resource is gone."""
        self._tags.pop(arn, None)

    def items(self) -> list[tuple[str, list[Tag]]]:
        """Every known resource with its tags."""
        return [(arn, self.of(arn)) for arn in self._tags]


class TagOperations:
    """AddTags, ListTags, DeleteTags: ours for our resources, moto's for its own."""

    params: dict[str, Any]
    sagemaker_backend: Any

    def create_notebook_instance_lifecycle_config(self) -> Any:
        """moto's, but for the tags, which it drops."""
        answer = super().create_notebook_instance_lifecycle_config()  # type: ignore[misc]
        self.sagemaker_backend.tag_store.put(self._lifecycle_config_arn(), self.params.get("Tags"))
        return answer

    def delete_notebook_instance_lifecycle_config(self) -> Any:
        arn = self._lifecycle_config_arn()
        answer = super().delete_notebook_instance_lifecycle_config()  # type: ignore[misc]
        self.sagemaker_backend.tag_store.forget(arn)
        return answer

    def _lifecycle_config_arn(self) -> str | None:
        configs = self.sagemaker_backend.notebook_instance_lifecycle_configurations
        found = configs.get(self.params["NotebookInstanceLifecycleConfigName"])
        return None if found is None else found.arn

    def add_tags(self) -> Any:
        arn, store = self.params["ResourceArn"], self.sagemaker_backend.tag_store
        return {"Tags": store.put(arn, self.params["Tags"])} if arn in store else super().add_tags()  # type: ignore[misc]

    def list_tags(self) -> Any:
        arn, store = self.params["ResourceArn"], self.sagemaker_backend.tag_store
        return {"Tags": store.of(arn)} if arn in store else super().list_tags()  # type: ignore[misc]

    def delete_tags(self) -> Any:
        arn, store = self.params["ResourceArn"], self.sagemaker_backend.tag_store
        return store.remove(arn, self.params["TagKeys"]) if arn in store else super().delete_tags()  # type: ignore[misc]
