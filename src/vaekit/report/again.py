"""The Python lines that fit the same model again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vaekit.report.parts import changed_parameters, is_plain, own_name


def python_lines(estimator: Any, data: Mapping[str, Any] | None) -> str:
    """Lines that read the data again, make the estimator with its parameters and fit it.

    What is the user's own stands as a name to fill in.
    """
    kind = type(estimator).__name__
    own, given = [], []
    for name, value, _ in changed_parameters(estimator):
        if name in _NOT_OF_THE_MODEL:
            continue
        if is_plain(value):
            given.append(f"{name}={value!r}")
        else:
            given.append(f"{name}=my_{name}")
            own.append(f"my_{name} = ...  # your own: {_one_line(own_name(value))}")
    imports = [
        f"from vaekit import {kind}" + (", part" if any("part(" in option for option in given) else "")
    ]
    reading = _reading(estimator, data)
    if "as_written(" in reading:
        imports.append("from vaekit.data.labels import as_written")
    if "read(" in reading:
        imports.append("from vaekit.data.read import read")
    call = f"model = {kind}({', '.join(given)})"
    if len(call) > _WIDTH:
        call = "\n".join([f"model = {kind}(", *(f"    {option}," for option in given), ")"])
    fit = "model.fit(X, y)" if _learns_labels(estimator) else "model.fit(X)"
    return "\n".join([*imports, "", reading, *own, call, fit])


_NOT_OF_THE_MODEL = ("verbose", "callbacks", "device")
_WIDTH = 72


def _learns_labels(estimator: Any) -> bool:
    """Whether y of fit is a condition."""
    return estimator.as_condition("") is not None


def _reading(estimator: Any, data: Mapping[str, Any] | None) -> str:
    how = (data or {}).get("how") or {}
    labelled = _learns_labels(estimator)
    if data is None or how.get("reader") in (None, "python"):
        shape = ", ".join(
            str(length) for length in (estimator.profile_.rows, *estimator.treatment_.user_shape)
        )
        return (
            f"X, y = ...  # your data, of shape ({shape}), and their labels"
            if labelled
            else (f"X = ...  # your data, of shape ({shape})")
        )
    options = "".join(f", {name}={value!r}" for name, value in how.get("options", {}).items())
    source = f"read({data.get('path') or data['name']!r}{options})"
    if not labelled:
        return f"X = {source}.X"
    return f"data = {source}\nX, y = data.X, as_written(data.y, data.class_names)"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:80]
