"""A model as plain data: which part fills each place, and the options of each part.

`Part` is a name with options; `Spec` says which part fills each place of a model; `register` puts a
class into the table of parts, `lookup` finds it, `build` makes it. No tensor is touched here, so a
spec can be written, read, compared and refused before anything is computed.

To add a part: write its class in the folder of its place and decorate it with
`@register("prior", "my-name")`; it is then known by that name everywhere.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, TypeVar

from vaekit.errors import SpecError, UnknownOption, UnknownPart, suggestion

# Where the parts of each place live; imported when a part of that place is first looked up.
PLACES: dict[str, tuple[str, ...]] = {
    "network": ("vaekit.nn",),
    "likelihood": ("vaekit.likelihoods",),
    "prior": ("vaekit.priors",),
    "posterior": ("vaekit.posteriors",),
    "bound": ("vaekit.bounds",),
    "penalty": ("vaekit.penalties", "vaekit.critics"),
    "optimizer": ("vaekit.train.optimizers",),
    "schedule": ("vaekit.train.schedules",),
    "denoise": ("vaekit.train.denoise",),
}

_REGISTRY: dict[str, dict[str, type]] = {place: {} for place in PLACES}

T = TypeVar("T", bound=type)


class Part:
    """A part by its name and options, as plain data: `part("mixture", components=10)`.

    It has scikit-learn's `get_params` and `set_params`, so that `prior__components` can be searched
    over, and survives `clone`.
    """

    def __init__(self, name: str, /, **options: Any) -> None:
        self.name = name
        self.options = options

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The options that were given, by name."""
        return dict(self.options)

    def set_params(self, **options: Any) -> Self:
        """Change options in place; unknown ones are refused when the part is built."""
        self.options = {**self.options, **options}
        return self

    def __sklearn_clone__(self) -> Part:
        return Part(self.name, **{key: _copied(value) for key, value in self.options.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Part) and _plainly(self) == _plainly(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __repr__(self) -> str:
        options = "".join(f", {key}={value!r}" for key, value in self.options.items())
        return f"part({self.name!r}{options})"


def _plainly(value: Any) -> Any:
    """A part and its options as what compares by ==: arrays by their bytes, modules by what they are."""
    if isinstance(value, Part):
        return (value.name, {key: _plainly(option) for key, option in value.options.items()})
    if isinstance(value, tuple | list):
        return [_plainly(each) for each in value]
    if hasattr(value, "tobytes"):
        return (value.dtype, value.shape, value.tobytes())
    return value


def _copied(value: Any) -> Any:
    """A copy of a mutable option, as clone makes it."""
    import copy

    return copy.deepcopy(value)


def part(name: str, /, **options: Any) -> Part:
    """A part by its name, with options: `part("gaussian", scale="learned")`."""
    return Part(name, **options)


@dataclass(frozen=True)
class Spec:
    """Which part fills each place of a model.

    A place holds a name, a `Part`, or the user's own module. A recipe is a function Spec -> Spec.
    """

    latent_dim: int = 2
    likelihood: Any = "auto"
    prior: Any = "normal"
    posterior: Any = "normal"
    bound: Any = "elbo"
    penalties: tuple[Any, ...] = ()
    network: Any = "auto"
    condition: tuple[str, ...] = ("encoder", "decoder", "prior")
    """Who reads the condition, where the rows have one."""
    denoise: Any = None
    """Noise on what the encoder reads in training, or None."""
    missing: str = "error"
    """What a value that is NaN is: "error", or "mask", a hidden value of which nothing is asked."""

    def with_(self, **changes: Any) -> Spec:
        """The same spec with other parts in the named places."""
        known = [f.name for f in fields(self)]
        for name in changes:
            if name not in known:
                raise SpecError(
                    f"a spec has no place '{name}'; there are: {', '.join(known)}.{suggestion(name, known)}"
                )
        return replace(self, **changes)

    def add(self, *penalties: Any) -> Spec:
        """The same spec with these penalties after those it has."""
        return replace(self, penalties=(*self.penalties, *penalties))

    def places(self) -> list[tuple[str, Any]]:
        """(place, what fills it) in the order in which a model is made; one row a penalty."""
        single = [
            (place, getattr(self, place))
            for place in ("network", "likelihood", "prior", "posterior", "bound")
        ]
        noise = [] if self.denoise is None else [("denoise", self.denoise)]
        return single + [("penalty", penalty) for penalty in self.penalties] + noise

    def to_json(self) -> dict[str, Any]:
        """Plain data that `Spec.from_json` reads back; the user's own modules cannot be written."""
        written: dict[str, Any] = {"latent_dim": self.latent_dim}
        for name in ("likelihood", "prior", "posterior", "bound", "network", "denoise"):
            written[name] = to_plain(getattr(self, name))
        written["condition"] = list(self.condition)
        written["missing"] = self.missing
        written["penalties"] = [to_plain(penalty) for penalty in self.penalties]
        return written

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Spec:
        """The spec that `to_json` wrote."""
        values = {key: from_plain(value) for key, value in data.items()}
        values["penalties"] = tuple(values.get("penalties", ()))
        return cls().with_(**values)


def to_plain(value: Any) -> Any:
    """A part, tuple or plain value as what JSON holds: names, numbers, lists, objects."""
    if isinstance(value, Part):
        return {"part": value.name, "options": {key: to_plain(v) for key, v in value.options.items()}}
    if isinstance(value, tuple | list):
        return [to_plain(v) for v in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    raise SpecError(f"{type(value).__name__} is not plain data and cannot be written to a file.")


def from_plain(value: Any) -> Any:
    """The inverse of `to_plain`; lists come back as tuples."""
    if isinstance(value, Mapping):
        if set(value) != {"part", "options"}:
            raise SpecError(f"expected an object with 'part' and 'options', got {sorted(value)}.")
        return Part(value["part"], **{key: from_plain(v) for key, v in value["options"].items()})
    if isinstance(value, list):
        return tuple(from_plain(v) for v in value)
    return value


def register(place: str, name: str, **facts: Any) -> Callable[[T], T]:
    """Class decorator: this class is the part `name` of `place`.

    `facts` are declared attributes (support, density, needs, reference ...) that `clashes` reads.
    """

    def add(cls: T) -> T:
        cls.name = name  # type: ignore[attr-defined]
        for fact, value in facts.items():
            setattr(cls, fact, value)
        _REGISTRY[place][name] = cls
        return cls

    return add


def names(place: str) -> list[str]:
    """The names of all parts of a place, sorted."""
    for module in PLACES[place]:
        importlib.import_module(module)
    return sorted(_REGISTRY[place])


def lookup(place: str, name: str) -> type:
    """The class of the part `name` of `place`, or UnknownPart with the names that exist."""
    known = names(place)
    if not isinstance(name, str) or name not in _REGISTRY[place]:
        raise UnknownPart(
            f"no {place} is called {name!r}; there are: {', '.join(known)}.{suggestion(name, known)}"
        )
    return _REGISTRY[place][name]


def options_of(cls: type) -> dict[str, inspect.Parameter]:
    """The options of a part: the parameters of its `__init__` that are keywords only."""
    found = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    return {key: p for key, p in found.items() if p.kind is inspect.Parameter.KEYWORD_ONLY}


def is_name_or_part(value: Any) -> bool:
    """True for what the registry can build, False for a module of the user's own."""
    return isinstance(value, str | Part)


def as_part(place: str, value: Any) -> Part:
    """A name or part as a Part with a known name and known options."""
    given = Part(value) if isinstance(value, str) else value
    if not isinstance(given, Part):
        raise SpecError(
            f"{place}={value!r} is not possible; a place takes a name, a part(name, ...) or a torch module."
        )
    known = options_of(lookup(place, given.name))
    for option in given.options:
        if option not in known:
            raise UnknownOption(
                f"{place} '{given.name}' has no option '{option}'; "
                f"it has: {', '.join(known) or 'none'}.{suggestion(option, known)}"
            )
    return given


def build(place: str, value: Any, *sizes: Any, **named_sizes: Any) -> Any:
    """Make the part: sizes are what the data decide, options what the user decides."""
    given = as_part(place, value)
    return lookup(place, given.name)(*sizes, **named_sizes, **given.options)


@dataclass(frozen=True)
class Sizes:
    """What the data decide about a model: the shape of one example and of one code."""

    event_shape: tuple[int, ...]
    latent_dim: int
    condition_dim: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def event_size(self) -> int:
        """Values in one example."""
        size = 1
        for length in self.event_shape:
            size *= length
        return size

    def read_by(self, condition: tuple[str, ...], *places: str) -> Sizes:
        """The sizes as one of these places sees them: without a condition unless `condition` names one of them."""
        return self if set(places) & set(condition) else replace(self, condition_dim=0)

    def without_examples(self) -> Sizes:
        """The same without rows of data: what may be kept and stored."""
        return replace(self, facts={key: value for key, value in self.facts.items() if key != "examples"})
