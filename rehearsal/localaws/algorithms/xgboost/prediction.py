"""Predictions for a dense float32 array, through XGBoost's C interface: the numbers of ``Booster.inplace_predict``,
without what that method spends in Python on finding out what kind of data it was given (half of the time that one row
takes).

It uses the loaded library of the ``xgboost`` package (``xgboost.core._LIB``, not a public name), whose version is
pinned; ``tests/localaws/algorithms/test_prediction.py`` holds the two ways to each other.
https://xgboost.readthedocs.io/en/stable/c.html
"""

import ctypes
import threading
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray
from xgboost import core

_OPTIONS = (
    b'{"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"missing":NaN,"strict_shape":false,"cache_id":0}'
)


class _Proxy(threading.local):
    """A thread's own handle for data in place; without it the library makes one for each call, a fifth of one row's
    time."""

    def __init__(self) -> None:
        self.handle = ctypes.c_void_p()
        core._LIB.XGProxyDMatrixCreate(ctypes.byref(self.handle))

    def __del__(self) -> None:
        core._LIB.XGDMatrixFree(self.handle)


_proxy = _Proxy()


def predict(booster: Any, rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """One prediction, or one vector of them, for each row; NaN is missing. Safe from several threads at once.

    Raises:
        xgboost.core.XGBoostError: the booster does not take such rows.
    """
    if rows.dtype != np.float32 or not rows.flags.c_contiguous:
        raise ValueError("rows must be a C-contiguous array of float32")
    described = b'{"data":[%d,true],"shape":[%d,%d],"typestr":"<f4","version":3}' % (rows.ctypes.data, *rows.shape)
    lengths = ctypes.POINTER(core.c_bst_ulong)()
    dimensions = core.c_bst_ulong()
    answer = ctypes.POINTER(ctypes.c_float)()
    code = core._LIB.XGBoosterPredictFromDense(
        booster.handle,
        described,
        _OPTIONS,
        _proxy.handle,
        ctypes.byref(lengths),
        ctypes.byref(dimensions),
        ctypes.byref(answer),
    )
    if code:
        raise core.XGBoostError(core._LIB.XGBGetLastError().decode())
    shape = tuple(lengths[axis] for axis in range(dimensions.value))
    copied = ctypes.string_at(answer, prod(shape) * np.float32().itemsize)  # the library reuses its own buffer
    return np.frombuffer(copied, dtype=np.float32).reshape(shape)
