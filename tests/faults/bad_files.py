"""The table of bad model files: what is wrong with each, and what is said of it.

`CASES` has name -> (make the files of a run, what the refusal says). SHA256SUMS is made anew when they are
written, as who changes a file on purpose would: what refuses is the deeper check.
"""

from __future__ import annotations

import json
import os
import pickle
import struct
import tempfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from vaekit import VAE, __version__, part
from vaekit.estimators.files import files_of

Files = dict[str, bytes]
WEIGHTS = "weights.safetensors"

rng = np.random.default_rng(0)
X = rng.normal(size=(220, 5)) @ rng.normal(size=(5, 5))
quick: dict[str, Any] = {"network": part("mlp", hidden=(8,)), "max_epochs": 2, "random_state": 0}

# "plain" has rows held out and a learned prior, "rich" an array among its parameters and a critic.
MODELS = {
    "plain": VAE(prior=part("mixture", components=3), **quick),
    "rich": VAE(
        prior=part("sampled", draws=rng.normal(size=(9, 2))),
        posterior="point",
        bound="reconstruction",
        penalties=(part("code-critic", hidden=(4,)),),
        **quick,
    ),
}


@cache
def whole(name: str = "plain") -> Files:
    """The files of a model as they should be."""
    return files_of(MODELS[name].fit(X))


# --- how files are changed -------------------------------------------------------------------------


def put(*steps: Any) -> Callable[[Any], None]:
    """put("a", 0, "b", value): tree["a"][0]["b"] = value."""
    *way, last, value = steps

    def change(tree: Any) -> None:
        for step in way:
            tree = tree[step]
        tree[last] = value

    return change


def drop(*steps: Any) -> Callable[[Any], None]:
    """drop("a", "b"): del tree["a"]["b"]."""
    *way, last = steps

    def change(tree: Any) -> None:
        for step in way:
            tree = tree[step]
        del tree[last]

    return change


def json_with(name: str, change: Callable[[Any], object], base: str = "plain") -> Callable[[], Files]:
    def made() -> Files:
        value = json.loads(whole(base)[name])
        change(value)
        return {**whole(base), name: json.dumps(value).encode()}

    return made


def tensors_with(change: Callable[[dict[str, Any]], object], base: str = "plain") -> Callable[[], Files]:
    def made() -> Files:
        tensors = load_tensors(whole(base)[WEIGHTS])
        change(tensors)
        return {**whole(base), WEIGHTS: save_tensors(tensors)}

    return made


def bytes_of(name: str, content: Callable[[bytes], bytes]) -> Callable[[], Files]:
    return lambda: {**whole(), name: content(whole()[name])}


CASES: dict[str, tuple[Callable[[], Files], str]] = {}


def spec(identity: str, said: str, *steps: Any, base: str = "plain") -> None:
    CASES[f"spec: {identity}"] = (json_with("spec.json", put(*steps), base), said)


def place(identity: str, said: str, place: str, value: Any, base: str = "plain") -> None:
    spec(identity, said, "spec", place, value, base=base)


def data(identity: str, said: str, *steps: Any) -> None:
    CASES[f"data: {identity}"] = (json_with("data.json", put(*steps)), said)


def weights(
    identity: str, said: str, change: Callable[[dict[str, Any]], object], base: str = "plain"
) -> None:
    CASES[f"weights: {identity}"] = (tensors_with(change, base), said)


def raw(identity: str, said: str, name: str, content: Callable[[bytes], bytes]) -> None:
    CASES[f"{name}: {identity}"] = (bytes_of(name, content), said)


def of(name: str, /, **options: Any) -> dict[str, Any]:
    """A part as spec.json has it."""
    return {"part": name, "options": options}


# --- spec.json: unknown keys, wrong types ----------------------------------------------------------

SPEC = "spec.json is not what vaekit writes: "
spec("unknown key", f"{SPEC}'trust_remote_code': extra", "trust_remote_code", True)
spec("unknown place", f"{SPEC}'spec.decoder': extra", "spec", "decoder", "normal")
spec("unknown parameter", "has the parameter 'evil'", "parameters", "evil", 1)
spec("device", "has the parameter 'device'", "parameters", "device", "cuda")
spec("callbacks", "has the parameter 'callbacks'", "parameters", "callbacks", ["os.system"])
spec("text for a number", f"{SPEC}'seed': input should be a valid integer", "seed", "0")
spec("number below zero", f"{SPEC}'seed': input should be greater", "seed", -1)
spec("fraction for a number", f"{SPEC}'epochs': input should be a valid integer", "epochs", 2.5)
spec("number for a list", f"{SPEC}'event_shape': input should be a valid list", "event_shape", 5)
spec("text in a list", f"{SPEC}'event_shape.0'", "event_shape", ["5"])
spec("number for a truth", f"{SPEC}'interrupted'", "interrupted", 0)
spec("text for a log", f"{SPEC}'log'", "log", "said")
spec("wrong type of a parameter", "The 'batch_size' parameter of VAE must", "parameters", "batch_size", "x")
place("text for a size", f"{SPEC}'spec.latent_dim'", "latent_dim", "2")
place("truth for a size", f"{SPEC}'spec.latent_dim'", "latent_dim", True)
place("size of zero", f"{SPEC}'spec.latent_dim'", "latent_dim", 0)
place("penalties as an object", f"{SPEC}'spec.penalties'", "penalties", {})
place("a clash", "prior 'uniform'", "prior", "uniform")
CASES["spec: missing key"] = (json_with("spec.json", drop("seed")), f"{SPEC}'seed': field required")
raw("a list", "holds a list, not an object", "spec.json", lambda b: b"[" + b + b"]")
raw("empty", "is not the JSON of a run", "spec.json", lambda b: b"")

# --- spec.json: names that could be imported -------------------------------------------------------

EVIL = ("os.system", "builtins.eval", "this", "vaekit.priors.normal.NormalPrior", "../../../etc/passwd")
for text in EVIL:
    spec(f"estimator {text}", "names the estimator", "estimator", text)
    place(f"prior {text}", "no prior is called", "prior", text)
    place(f"prior part {text}", "no prior is called", "prior", of(text))
    place(f"network {text}", "no network is called", "network", text)
    place(f"penalty {text}", "no penalty is called", "penalties", [text])
    place(f"bound {text}", "no bound is called", "bound", text)
    place(f"option {text}", "is not possible", "network", of("mlp", activation=text))
    place(f"part in an option {text}", "is not possible", "network", of("mlp", hidden=of(text)))
    place(f"own {text}", r"your own prior \('", "prior", {"own": text})
    place(f"array {text}", f"missing '{text}'", "prior", of("sampled", draws={"array": text}))
place("class key", "no version of vaekit writes", "prior", {"class": "os.system", "config": {}})
place("reduce key", "no version of vaekit writes", "prior", {"__reduce__": ["os.system", ["true"]]})
place("dunder option", "has no option '__class__'", "network", of("mlp", __class__="os.system"))
place("option called name", "has no option 'name'", "network", of("mlp", name="os.system"))
place("option called self", "has no option 'self'", "network", of("mlp", self=1))
place("part in a bound", "is not possible", "bound", of("elbo", kl=of("this")))

# --- spec.json: sizes that would allocate ----------------------------------------------------------

ONE_SIZE, ALL_SIZES = "asks for a size of ", "asks for a model far larger than the"
place("latent_dim of a billion", f"{ONE_SIZE}1,000,000,000", "latent_dim", 10**9)
place("hidden of ten million", f"{ONE_SIZE}10,000,000", "network", of("mlp", hidden=[10**7]))
place("components of a billion", f"{ONE_SIZE}1,000,000,000", "prior", of("mixture", components=10**9))
place("steps of a billion", f"{ONE_SIZE}1,000,000,000", "posterior", of("hamiltonian", steps=10**9))
place("a number of a thousand digits", ONE_SIZE, "network", of("mlp", hidden=[10**1000]))
spec("event of a billion", f"{ONE_SIZE}1,000,000,000", "event_shape", [1000, 1000, 1000])
spec("event beyond 64 bits", ONE_SIZE, "event_shape", [2**40, 2**40])
place("many vast widths", ALL_SIZES, "network", of("mlp", hidden=[10_000] * 50))
place("a million layers", ONE_SIZE, "network", of("mlp", hidden=[1] * 1_000_000))
place("ten thousand layers", ALL_SIZES, "network", of("mlp", hidden=[1] * 10_000))
place("a vast critic", ALL_SIZES, "penalties", [of("code-critic", hidden=[9_000] * 9)], base="rich")
place("a vast flow", ALL_SIZES, "posterior", of("inverse-autoregressive", hidden=9_000, context=9_000))
place("a name of 10 MB", "a name of 10,000,000 characters", "prior", "x" * 10**7)
place("an option of 10 MB", "a name of 10,000,000 characters", "network", of("mlp", **{"x" * 10**7: 1}))
spec("a key of 10 MB", "extra inputs", "x" * 10**7, 1)
spec("a parameter of 10 MB", "a name of 10,000,000 characters", "parameters", "prior", "x" * 10**7)
spec("an estimator of 10 MB", "names the estimator 'xxx", "estimator", "x" * 10**7)

# --- what is no strict JSON, and other formats -----------------------------------------------------

for name in ("spec.json", "data.json"):
    raw(
        "nested 100,000 deep",
        "is not the JSON of a run",
        name,
        lambda b: b'{"format": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    )
    raw("a key twice", "a key stands twice", name, lambda b: b.rstrip()[:-1] + b', "x": 1, "x": 1}')
    raw("NaN", "NaN is no number", name, lambda b: b.rstrip()[:-1] + b', "x": NaN}')
    raw("1e999", "larger than a number can be", name, lambda b: b.rstrip()[:-1] + b', "x": 1e999}')
    raw("of 40 MB", "at most 33,554,432", name, lambda b: b + b" " * 40_000_000)


def nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    """Something in itself, many times."""
    value: Any = "auto"
    for _ in range(depth):
        value = wrap(value)
    return value


MLP = "network 'mlp': hidden="
place("parts nested 100 deep", MLP, "network", nested(100, lambda inner: of("mlp", hidden=inner)))
place("lists nested 200 deep", MLP, "network", of("mlp", hidden=nested(200, lambda inner: [inner])))

for number in (2, 0, "1", None, 1.5, [1]):
    CASES[f"format {number!r}"] = (
        json_with("spec.json", lambda s, number=number: s.update(format=number, vaekit="9.8.7", new=1)),
        rf"has format .* \(written by vaekit 9\.8\.7\); vaekit {__version__} reads format 1",
    )
CASES["no format"] = (json_with("spec.json", drop("format")), "has format None")

# --- data.json and history.csv ---------------------------------------------------------------------

APART = "do not belong together"
data("unknown key", "'profile.evil': extra", "profile", "evil", 1)
data("wrong type", "'profile.low'", "profile", "low", "0")
data("unknown binarisation", "'treatment.binarize'", "treatment", "binarize", "exec")
data("a shape below zero", "'treatment.user_shape.0'", "treatment", "user_shape", [-5])
data("another event", APART, "profile", "event_shape", [6])
data("another shape of the user's", APART, "treatment", "user_shape", [2, 3])
data("another width", APART, "features", 6)
data("too few names", APART, "feature_names", ["a"])
data("more rows held out", "does not hold the numbers of 23 of 220", "split", "held_out", 23)
data("no rows held out", "not known ''", "split", "held_out", 0)
data("fewer rows", "does not hold the numbers of 22 of 20", "profile", "rows", 20)
CASES["data: missing key"] = (json_with("data.json", drop("treatment", "seed")), "'treatment.seed': field")
CASES["weights of another run"] = (
    lambda: {**whole(), WEIGHTS: whole("rich")[WEIGHTS]},
    "do not fit the model",
)
raw("fewer rows", APART, "history.csv", lambda b: b[: b.rstrip().rindex(b"\n") + 1])
raw("text", "history.csv cannot be read", "history.csv", lambda b: b"epoch,loss\n1,os.system\n")
raw("long rows", "history.csv cannot be read", "history.csv", lambda b: b"epoch\n1,2,3\n4,5,6\n")
raw("bytes", "history.csv cannot be read", "history.csv", lambda b: bytes(range(256)))

# --- tensors that are too many, too few or other ones ----------------------------------------------

LAST = "model.likelihood.decoder.last.weight"
two = np.zeros(2)
weights("extra in the model", "not known 'evil'", put("model.evil", two))
weights("extra beside it", "holds what no model has: 'evil'", put("evil", two))
weights("extra penalty", r"holds what no model has: 'penalty\.7\.x'", put("penalty.7.x", two))
weights("extra treatment", "not known 'evil'", put("treatment.evil", two))
weights("extra golden", "not known 'evil'", put("golden.evil", two))
weights("extra parameter", "not known 'evil'", put("parameter.evil", two))
weights("extra row numbers", "not known 'x'", put("held_outx", two))
for tensor in ("model.prior.means", "treatment.scale", "golden.codes", "golden.log_px", "held_out"):
    weights(f"without {tensor}", f"missing '{tensor.partition('.')[2]}'", drop(tensor))
weights("without a critic's", "missing 'last.bias'", drop("penalty.0.last.bias"), "rich")
weights("without an array", "missing 'prior.draws'", drop("parameter.prior.draws"), "rich")
weights("none at all", "do not fit the model", dict.clear)


def other(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    """The tensor `name` changed."""

    def changed(tensors: dict[str, Any]) -> None:
        tensors[name] = np.ascontiguousarray(change(tensors[name]))

    return changed


WANTED = r"the model wants float32 of shape \(5, 8\)"
weights("another shape", rf"is float32 of shape \(8, 5\); {WANTED}", other(LAST, np.transpose))
weights("another type", f"is float64 of shape .*; {WANTED}", other(LAST, np.float64))
weights("whole numbers", f"is int8 of shape .*; {WANTED}", other(LAST, np.int8))
for bad in (np.nan, np.inf, -np.inf):
    weights(f"{bad} among them", "last.weight' holds values that are not finite", put(LAST, (0, 0), bad))
    weights(f"{bad} in the treatment", "holds values that are not finite", put("treatment.offset", 0, bad))
weights("a scale of zero", "a scale that is not above zero", put("treatment.scale", 0, 0.0))
weights("a scale below zero", "a scale that is not above zero", put("treatment.scale", 0, -1.0))
weights("constants as numbers", "'treatment.constant' is not bool", put("treatment.constant", np.zeros(5)))
weights("an offset too long", "'treatment.offset' is not float64", put("treatment.offset", np.zeros(6)))
GOLDEN = r"'golden.codes' is not float64 of shape \(4, 2\)"
weights("a million golden codes", GOLDEN, put("golden.codes", np.zeros((10**6, 2))))
weights("golden codes of another type", GOLDEN, other("golden.codes", np.float32))
ROWS = "does not hold the numbers of 22 of 220 rows"
weights("rows out of reach", ROWS, put("held_out", -1, 10**6))
weights("rows below zero", ROWS, put("held_out", 0, -1))
weights("rows out of order", ROWS, other("held_out", np.flip))
weights("rows twice", ROWS, other("held_out", lambda rows: np.r_[rows[0], rows[:-1]]))
weights("rows as fractions", ROWS, other("held_out", np.float64))
weights("rows in two columns", ROWS, other("held_out", lambda rows: np.c_[rows, rows]))
weights("draws of other codes", "draws of shape", put("parameter.prior.draws", np.zeros((9, 3))), "rich")
weights("draws that are not finite", "not finite", put("parameter.prior.draws", 0, np.nan), "rich")

# --- headers of safetensors, written by hand -------------------------------------------------------

FOREIGN = "weights.safetensors is not a file of tensors in the format safetensors .*, are never read"


def header(value: Any, body: int = 0, length: int | None = None) -> bytes:
    """A file with this header, a body of so many zeros, and a length that may be a lie."""
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + bytes(body)


def tensor_at(shape: Any, begin: int, end: int, dtype: str = "F32") -> dict[str, Any]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}


PAIR = b'"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
for identity, content in {
    "of 2^63 bytes": header({}, length=2**63),
    "of 2^64 - 1 bytes": header({}, length=2**64 - 1),
    "of 200 MB": header({}, length=200 * 2**20),
    "longer than the file": header({}, length=1000),
    "overlapping": header({"a": tensor_at([2], 0, 8), "b": tensor_at([2], 4, 12)}, 12),
    "out of range": header({"a": tensor_at([2], 0, 8), "b": tensor_at([2], 8, 16)}, 12),
    "far out of range": header({"a": tensor_at([2], 2**63, 2**63 + 8)}, 8),
    "backwards": header({"a": tensor_at([2], 8, 0)}, 8),
    "with a hole": header({"a": tensor_at([2], 8, 16)}, 16),
    "with more behind": header({"a": tensor_at([2], 0, 8)}, 16),
    "below zero": header({"a": tensor_at([-2], 0, 8)}, 8),
    "of another size": header({"a": tensor_at([3], 0, 8)}, 8),
    "whose product overflows": header({"a": tensor_at([2**40, 2**40], 0, 8)}, 8),
    "whose empty shape overflows": header({"a": tensor_at([0, 2**62], 0, 0)}),
    "of an unknown type": header({"a": tensor_at([2], 0, 8, "PYOBJ")}, 8),
    "of a type that numpy has not": header({"a": tensor_at([2], 0, 4, "BF16")}, 4),
    "that is no JSON": header(b"{'a': 1}"),
    "that is a list": header([1, 2]),
    "nested 100,000 deep": header(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "of nothing": b"",
    "of seven bytes": bytes(7),
}.items():
    raw(f"header {identity}", FOREIGN, WEIGHTS, lambda _, content=content: content)
raw(
    "header with a name twice",
    "a key stands twice",
    WEIGHTS,
    lambda _: header(b"{" + PAIR + b"," + PAIR + b"}", 8),
)
for sixteenth in range(1, 16):
    raw(f"cut at {sixteenth}/16", FOREIGN, WEIGHTS, lambda b, cut=sixteenth: b[: len(b) * cut // 16])

# --- formats that run code when they are read ------------------------------------------------------

MARKER = Path(tempfile.gettempdir()) / f"vaekit-ran-a-file-{os.getpid()}"


class Harm:
    """Unpickled, it makes the marker."""

    def __reduce__(self) -> Any:
        return os.system, (f"touch {MARKER}",)


def torch_saved() -> bytes:
    file = BytesIO()
    torch.save({"weights": Harm()}, file)
    return file.getvalue()


def numpy_saved() -> bytes:
    file = BytesIO()
    np.save(file, np.array([Harm()], dtype=object), allow_pickle=True)
    return file.getvalue()


for identity, content in {
    "a pickle": pickle.dumps(Harm()),
    "a pickle of protocol 0": pickle.dumps(Harm(), protocol=0),
    "of torch.save": torch_saved(),
    "of numpy.save": numpy_saved(),
}.items():
    raw(identity, FOREIGN, WEIGHTS, lambda _, content=content: content)
    raw(identity, "is not the JSON of a run", "spec.json", lambda _, content=content: content)
