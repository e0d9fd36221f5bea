"""How the user's values become the model's and back: scaled, standardised or binarised.

The model sees (X - offset) / scale in float32; every output is undone with the same numbers, so what
leaves an estimator is in the user's units.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from numbers import Real
from typing import Any, Self

import numpy as np

from vaekit.data.holes import has_holes
from vaekit.data.layout import as_rows, blocks
from vaekit.data.moments import Moments
from vaekit.data.noise import row_keys, row_uniforms
from vaekit.data.profile import Profile
from vaekit.data.sparse import SparseRows
from vaekit.errors import DataError, SpecError, suggestion
from vaekit.kinds import Array

_WRITTEN = ("event_shape", "user_shape", "measure", "description", "binarize", "threshold", "seed")


@dataclass(frozen=True, eq=False)
class Treatment:
    """The change of units between the user's data and the model.

    event_shape: one example as the model sees it; user_shape: as fit saw it. offset and scale (float64)
    broadcast to event_shape, and so does constant: True where a real value never changed, which is given back
    exactly. measure: "density" or "mass", of the likelihood. binarize: None, "threshold"
    (1 where a value is above `threshold`, in the user's units), "static" (one draw with the value as
    probability) or "dynamic" (a new draw whenever the data are seen; scores use `fixed_draw`). Both kinds
    of draw are functions of the seed and the row's own values.
    """

    event_shape: tuple[int, ...]
    user_shape: tuple[int, ...]
    offset: Array
    scale: Array
    constant: Array
    measure: str
    description: str
    binarize: str | None = None
    threshold: float | None = None
    seed: int = 0

    @classmethod
    def choose(
        cls,
        X: Array,
        profile: Profile,
        domain: str,
        measure: str,
        scale_inputs: str | bool = "auto",
        binarize: str | float | None = None,
        seed: int = 0,
    ) -> Self:
        """The treatment of X (n, *user_shape) for a likelihood of this domain and measure.

        domain "unit", "binary" or "real": pixels are divided by their levels; "real": each column of what is
        no picture has its mean taken off and is divided by its population standard deviation (constant
        columns: by 1); "counts", "categories", "levels": untouched. scale_inputs=False leaves values as they
        are. binarize: None, a threshold, "static" or "dynamic"; for pixels a threshold below 1 is a share of
        the levels, so that 0.5 is half way to white. Raises SpecError for options that do not fit the likelihood,
        DataError for data that are no probabilities where draws need them.
        """
        if not isinstance(scale_inputs, bool) and scale_inputs != "auto":
            raise SpecError(f"scale_inputs={scale_inputs!r} is not possible; there are: 'auto', True, False.")
        offset, scale, description = np.zeros(()), np.ones(()), "values are used as they are"
        constant = np.zeros((), dtype=bool)
        pictures = profile.kind == "pixels" or (profile.kind == "unit" and len(profile.event_shape) == 3)
        bounded = domain in ("unit", "binary") or (domain == "real" and pictures)
        if scale_inputs and bounded and _pixel_levels(profile):
            scale = np.asarray(float(_pixel_levels(profile)))
            description = f"values are pixels from 0 to {scale:g}, divided by {scale:g}"
        elif scale_inputs and domain == "real" and not (pictures and scale_inputs == "auto"):
            offset, scale = _standard(as_rows(X).reshape(len(X), *profile.event_shape))
            constant = np.isin(np.arange(offset.size), profile.constant).reshape(offset.shape)
            description = "each column is standardised: its mean taken off, divided by its standard deviation"
        how, threshold = _binarisation(binarize, domain, measure, scale, profile)
        if how is not None:
            description += f"; then binarised ({how}" + (f" {threshold:g})" if threshold is not None else ")")
        user_shape = tuple(int(length) for length in np.shape(X)[1:])
        return cls(
            profile.event_shape,
            user_shape,
            offset,
            scale,
            constant,
            measure,
            description,
            how,
            threshold,
            seed % 2**63,
        )

    def to_model(self, X: Any) -> Array:
        """X (n, *user_shape), or in the shape of the event or flat -> float32 (n, *event_shape).

        Sparse rows stay so, and are treated where they are taken.
        """
        X = X if isinstance(X, SparseRows) else np.asanyarray(X)
        if X.shape[1:] not in (self.user_shape, self.event_shape, (math.prod(self.event_shape),)):
            raise DataError(
                f"X has shape {X.shape}; the model was fitted on examples of shape {self.user_shape}, "
                f"so (n, {', '.join(map(str, self.user_shape))}) is wanted."
            )
        if isinstance(X, SparseRows):
            as_it_is = self._as_it_is
            return X.float32() if as_it_is else SparseRows(X.matrix, (self.offset, self.scale))  # type: ignore[return-value]
        x = np.empty((len(X), *self.event_shape), dtype=np.float32)
        done = 0
        for block in blocks(X):
            values = block.reshape(len(block), *self.event_shape)
            x[done : done + len(block)] = self._treated(values)
            done += len(block)
        return x

    def _treated(self, values: Array) -> Array:
        """One block of rows in the model's units."""
        if self.binarize == "threshold":
            return np.where(np.isnan(values), np.nan, values > self.threshold)
        scaled = values if self._as_it_is else (values - self.offset) / self.scale
        scaled = scaled.astype(np.float32, copy=False)
        return self.fixed_draw(scaled) if self.binarize == "static" else scaled

    def to_user(self, x: Any) -> Array:
        """x (n, *event_shape) in the model's units -> float64 (n, *user_shape) in the user's."""
        given = np.asarray(x, dtype=np.float64).reshape(-1, *self.event_shape)
        if not self._as_it_is:
            given = given * self.scale + self.offset
        if np.any(self.constant):
            given = np.where(self.constant, self.offset, given)
        return given.reshape(-1, *self.user_shape)

    @cached_property
    def _as_it_is(self) -> bool:
        """Whether the model's values are the user's."""
        return not np.any(self.offset) and bool(np.all(self.scale == 1))

    @cached_property
    def divides(self) -> bool:
        """Whether all that is done to a value is to divide it by one number."""
        return self.binarize in (None, "dynamic") and self.scale.ndim == 0 and not np.any(self.offset)

    def fixed_draw(self, x: Array) -> Array:
        """Probabilities x (n, *event) -> 0 or 1, float32: the same for a row wherever it stands."""
        drawn = np.empty(x.shape, dtype=np.float32)
        done = 0
        for block in blocks(x):
            flat = block.reshape(len(block), -1)
            below = row_uniforms(row_keys(flat, self.seed), flat.shape[1]) < flat
            drawn[done : done + len(block)] = np.where(np.isnan(flat), np.nan, below).reshape(block.shape)
            done += len(block)
        return drawn

    @cached_property
    def log_jacobian(self) -> float:
        """What to add to a log-density in the model's units for one in the user's, in nats per example."""
        if self.measure != "density":
            return 0.0
        return -float(np.log(np.broadcast_to(self.scale, self.event_shape)).sum())

    def log_jacobian_of(self, x: Array) -> float | Array:
        """The same of rows x (n, *event) in the model's units, of the values observed; (n,) where some are hidden."""
        if self.measure != "density" or not has_holes(x):
            return self.log_jacobian
        hidden = np.isnan(x).reshape(len(x), -1)
        each = -np.log(np.broadcast_to(self.scale, self.event_shape)).ravel()
        return np.where(hidden.any(1), np.where(hidden, 0.0, each).sum(1), self.log_jacobian)

    def to_json(self) -> dict[str, Any]:
        """All but the arrays, as plain data."""
        values = {name: getattr(self, name) for name in _WRITTEN}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}

    def arrays(self) -> dict[str, Array]:
        """The arrays by name."""
        return {"offset": self.offset, "scale": self.scale, "constant": self.constant}

    @classmethod
    def from_stored(cls, data: Mapping[str, Any], arrays: Mapping[str, Array]) -> Self:
        """The treatment that `to_json` and `arrays` wrote."""
        values = {name: data[name] for name in _WRITTEN}
        values |= {name: tuple(values[name]) for name in ("event_shape", "user_shape")}
        values |= {name: np.asarray(arrays[name]) for name in ("offset", "scale", "constant")}
        return cls(**values)


def _pixel_levels(profile: Profile) -> int:
    """The highest value of a pixel, or 0 where values are no pixels."""
    return 0 if profile.kind == "categorical" else profile.levels or 0


def _standard(x: Array) -> tuple[Array, Array]:
    """Mean and population standard deviation of each value of an example, NaN passed over.

    A column whose spread is within the rounding error of its values counts as constant: scale 1.
    """
    moments = Moments(x.shape[1:])
    for block in blocks(x):
        moments.add(block)
    mean, spread = moments.mean, np.sqrt(moments.variance)
    rounding = np.finfo(x.dtype if x.dtype.kind == "f" else np.float64).eps
    return mean, np.where(spread > 10 * rounding * np.abs(mean), spread, 1.0)


def _binarisation(
    binarize: str | float | None, domain: str, measure: str, scale: Array, profile: Profile
) -> tuple[str | None, float | None]:
    """(how, threshold in the user's units), refused where it cannot be meant."""
    if binarize is None:
        return None, None
    if domain not in ("binary", "unit") or measure != "mass":
        raise SpecError(
            f"binarize={binarize!r} makes zeros and ones, and this likelihood is a {measure} of {domain} "
            "values; use likelihood 'bernoulli', or binarize=None."
        )
    if isinstance(binarize, Real) and not isinstance(binarize, bool) and math.isfinite(binarize):
        share = 0 <= binarize < 1
        return "threshold", float(binarize * scale) if share else float(binarize)
    if binarize not in ("static", "dynamic"):
        raise SpecError(
            f"binarize={binarize!r} is not possible; there are: None, a threshold such as 0.5, 'static', "
            f"'dynamic'.{suggestion(binarize, ('static', 'dynamic'))}"
        )
    if profile.low < 0 or profile.high > scale:
        raise DataError(
            f"binarize={binarize!r} draws with the values as probabilities, so they lie in [0, 1]; "
            f"x has values from {profile.low:g} to {profile.high:g}. Rescale x, or give a threshold."
        )
    return str(binarize), None
