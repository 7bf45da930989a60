"""What training makes of a request for GPUs on a machine that has none, and where it has one."""

import pytest
import xgboost

from rehearsal.localaws.algorithms.xgboost import gpus
from rehearsal.localaws.algorithms.xgboost.errors import UserError


@pytest.mark.parametrize(
    ("instance_type", "has"),
    [
        ("ml.p3.2xlarge", True),
        ("ml.g4dn.xlarge", True),
        ("ml.gr6.4xlarge", True),
        ("ml.m5.large", False),
        (None, False),
    ],
)
def test_types_with_gpus_are_known_by_their_family(instance_type: str | None, has: bool) -> None:
    assert gpus.has_gpus(instance_type) == has


@pytest.mark.parametrize(
    ("values", "instance_type"),
    [
        ({"tree_method": "gpu_hist"}, "ml.m5.large"),
        ({"tree_method": "hist"}, "ml.p3.2xlarge"),
        ({}, None),
    ],
)
def test_dask_without_a_gpu_fails_in_the_images_words(values, instance_type) -> None:
    with pytest.raises(UserError, match="Dask training is only available for `gpu_hist` training on GPU instances"):
        gpus.settled({"use_dask_gpu_training": "true", **values}, instance_type)


@pytest.mark.skipif(gpus.is_usable(), reason="this machine has a GPU")
def test_a_type_with_gpus_trains_on_the_cpu() -> None:
    asked = {"tree_method": "gpu_hist", "use_dask_gpu_training": "true", "eta": 0.3}
    assert gpus.settled(asked, "ml.p3.2xlarge") == {"tree_method": "hist", "eta": 0.3}
    assert gpus.settled({"tree_method": "gpu_hist"}, "ml.m5.large") == {"tree_method": "gpu_hist"}, "XGBoost refuses it"


@pytest.mark.skipif(not gpus.is_usable(), reason="needs an NVIDIA GPU and an XGBoost that was built for it")
def test_a_gpu_is_used_where_there_is_one() -> None:
    settled = gpus.settled({"tree_method": "gpu_hist"}, "ml.p3.2xlarge")
    assert settled == {"tree_method": "hist", "device": "cuda"}
    xgboost.train({**settled}, xgboost.DMatrix([[1.0], [2.0]], label=[1, 2]), 1)
