"""What the name of an algorithm's image says of it. Pure."""


def version(image_uri: str) -> tuple[int, ...] | None:
    """(3, 2) of ``...:3.2-0``; the legacy ``xgboost:1`` and ``:latest`` are XGBoost 0.72; None when the tag says nothing."""
    if is_first_release(image_uri):
        return (0, 72)
    tag = image_uri.rpartition(":")[2]
    try:
        return tuple(int(part) for part in tag.split("-")[0].split("."))
    except ValueError:
        return None


def is_first_release(image_uri: str) -> bool:
    """Whether this is SageMaker's first XGBoost, which writes no checkpoints: spot training starts it anew each time.

    https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-previous-versions.html
    """
    return image_uri.rpartition(":")[0].endswith("/xgboost")
