"""runtime.js and families.js compute what torch computes: layer by layer, likelihood by likelihood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.special
import torch
from browser import Browser, Page
from torch import nn

from vaekit import VAE, part
from vaekit.errors import SpecError
from vaekit.explorer.model import model_for_page
from vaekit.explorer.pack import json_for_page, packed, packed_weights
from vaekit.explorer.page import make_explorer
from vaekit.explorer.steps import CannotRun, decoder_steps, encoder_steps
from vaekit.nn import MLP, Conv, OwnNetwork
from vaekit.nn.activation import ACTIVATIONS
from vaekit.nn.initialise import initialise
from vaekit.nn.own import OwnDecoder
from vaekit.spec import Sizes

EXPLORER = Path(__file__).parents[2] / "src" / "vaekit" / "explorer"


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page with what computes alone."""
    file = tmp_path_factory.mktemp("runtime") / "runtime.html"
    scripts = "\n".join((EXPLORER / f"{name}.js").read_text("utf-8") for name in ("runtime", "families"))
    file.write_text(f"<script>{scripts}\nwindow.vaekit = {{ready: Promise.resolve()}}</script>")
    opened = browser.open(file)
    yield opened
    opened.close()


def ran(page: Page, steps: list[Any], inputs: np.ndarray) -> np.ndarray:
    rows = json_for_page(inputs.tolist())
    script = f"""(() => {{
        const network = compile({json_for_page(steps)}, {inputs.shape[1]});
        return {rows}.map((x) => Array.from(network.run(Float64Array.from(x))));
    }})()"""
    return np.array(page.run(script))


def filled(module: nn.Module) -> nn.Module:
    initialise(module, torch.Generator().manual_seed(0))
    return module.eval()


def normals(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=shape)


NETWORKS = {
    "mlp": lambda act: MLP(Sizes((5,), 3), hidden=(7, 6), activation=act),
    "mixed": lambda act: MLP(Sizes((5,), 3), hidden=(7, 6), activation=("tanh", act), dropout=0.3),
    "linear": lambda act: MLP(Sizes((5,), 3), hidden=(), activation=act),
    "conv": lambda act: Conv(Sizes((2, 11, 8), 3), channels=(3, 5), activation=act),
    "wide-kernel": lambda act: Conv(Sizes((1, 13, 9), 3), channels=(4,), kernel=5, padding="valid", activation=act),
}  # fmt: skip
CASES = [("mlp", act) for act in ACTIVATIONS] + [
    ("mixed", "gelu"),
    ("linear", "relu"),
    ("conv", "elu"),
    ("wide-kernel", "silu"),
]


@pytest.mark.parametrize(("name", "act"), CASES)
def test_a_network_gives_what_torch_gives(page: Page, name: str, act: str) -> None:
    network = NETWORKS[name](act)
    z = normals(20, 4)
    decoder = filled(network.decoder(4, 2))
    x = normals(20, *network.sizes.event_shape)
    encoder = filled(network.encoder())
    with torch.no_grad():
        decoded = decoder.double()(torch.tensor(z)).flatten(1).numpy()
        encoded = encoder.double()(torch.tensor(x)).numpy()
    # Both have the same float32 weights and sum in float64.
    np.testing.assert_allclose(ran(page, decoder_steps(decoder, 4, "float32"), z), decoded, atol=1e-6)
    steps = encoder_steps(encoder, network.sizes.event_shape, "float32")
    np.testing.assert_allclose(ran(page, steps, x.reshape(20, -1)), encoded, atol=1e-6)


def own_halves() -> tuple[nn.Module, nn.Module]:
    torch_generator = torch.Generator().manual_seed(3)
    encoder = nn.Sequential(
        nn.Conv2d(1, 4, (3, 2), stride=(2, 1), padding=(1, 0), bias=False), nn.BatchNorm2d(4), nn.Sigmoid(), nn.Flatten(),
        nn.Linear(4 * 4 * 5, 6), nn.BatchNorm1d(6, affine=False),
    )  # fmt: skip
    decoder = nn.Sequential(
        nn.Linear(3, 12), nn.Dropout(0.5), nn.ELU(0.7), nn.Unflatten(1, (3, 2, 2)),
        nn.ConvTranspose2d(3, 1, (4, 3), stride=(3, 4), padding=0, output_padding=(1, 0)), nn.Identity(),
    )  # fmt: skip
    for half in (encoder, decoder):
        for tensor in half.state_dict().values():
            if tensor.dtype.is_floating_point:
                tensor.copy_(torch.rand(tensor.shape, generator=torch_generator) + 0.1)
    return encoder, decoder


def test_plain_layers_of_the_users_own_run_too(page: Page) -> None:
    encoder, decoder = own_halves()
    own = OwnNetwork(Sizes((1, 8, 6), 3), (encoder.eval(), nn.Sequential(nn.Linear(3, 48))))
    x, z = normals(5, 1, 8, 6), normals(5, 3)
    with torch.no_grad():
        encoded = encoder.double()(torch.tensor(x)).numpy()
        decoded = decoder.double().eval()(torch.tensor(z)).flatten(1).numpy()
    steps = encoder_steps(own.encoder(), (1, 8, 6), "float32")
    np.testing.assert_allclose(ran(page, steps, x.reshape(5, -1)), encoded, atol=1e-5)

    whole = OwnNetwork(
        Sizes(tuple(decoder(torch.zeros(1, 3).double()).shape[1:]), 3), (encoder, decoder.float())
    )
    steps = decoder_steps(whole.decoder(3, 1), 3, "float32")
    np.testing.assert_allclose(ran(page, steps, z), decoded, atol=1e-5)


@pytest.mark.parametrize(
    "module",
    [nn.Sequential(nn.Linear(2, 3), nn.Hardswish()), nn.Bilinear(2, 2, 3), nn.Sequential(nn.GELU("tanh"))],
    ids=["hardswish", "bilinear", "approximate-gelu"],
)
def test_a_layer_without_a_step_is_named(module: nn.Module) -> None:
    with pytest.raises(CannotRun, match=r"Hardswish|Bilinear|GELU"):
        decoder_steps(_as_own(module), 2, "float32")


def _as_own(module: nn.Module) -> nn.Module:
    own = OwnDecoder.__new__(OwnDecoder)
    nn.Module.__init__(own)
    own.module = module
    return own


def test_half_precision_is_read_to_the_bit(page: Page) -> None:
    values = np.arange(65536, dtype=np.uint16).view(np.float16)
    finite = values[np.isfinite(values)]
    read = page.run(f"Array.from(unpack({json_for_page(packed(finite, 'float16'))}))")
    np.testing.assert_array_equal(np.array(read), finite.astype(np.float64))


def test_weights_that_half_precision_cannot_hold_stay_whole() -> None:
    assert packed_weights(np.array([1.0, 70000.0]), "float16")["type"] == "float32"
    assert packed_weights(np.array([1.0, 60000.0]), "float16")["type"] == "float16"


def test_the_error_function_is_scipys(page: Page) -> None:
    x = np.linspace(-7, 7, 2001)
    np.testing.assert_allclose(page.run(f"{x.tolist()}.map(erf)"), scipy.special.erf(x), atol=2e-15)


LIKELIHOODS = {
    "bernoulli": ("bernoulli", (0, 2)),
    "continuous-bernoulli": ("continuous-bernoulli", None),
    "gaussian": (part("gaussian", scale="network"), None),
    "student-t": ("student-t", None),
    "laplace": ("laplace", None),
    "beta": (part("beta", scale="network"), None),
    "logistic": ("logistic", None),
    "logistic-of-code": (part("logistic", scale="network"), None),
    "log-normal": ("log-normal", (1, 9)),
    "log-normal-of-code": (part("log-normal", scale="network"), (1, 9)),
    "poisson": ("poisson", (0, 9)),
    "poisson-shares": (part("poisson", library="observed"), (0, 9)),
    "negative-binomial": ("negative-binomial", (0, 9)),
    "zero-inflated-poisson": ("zero-inflated-poisson", (0, 9)),
    "zero-inflated-shares": (part("zero-inflated-negative-binomial", library="observed"), (0, 9)),
    "ordinal": (part("ordinal", categories=4), (0, 4)),
    "categorical": (part("categorical", categories=4), (0, 4)),
    "discretised-logistic": (part("discretised-logistic", levels=15), (0, 16)),
}


@pytest.mark.parametrize("name", LIKELIHOODS)
def test_a_likelihood_shows_and_reads_what_the_library_does(page: Page, name: str) -> None:
    likelihood, whole = LIKELIHOODS[name]
    rng = np.random.default_rng(0)
    X = rng.random((60, 6)) if whole is None else rng.integers(*whole, (60, 6)).astype(float)
    posteriors = {"gaussian": "full-normal", "laplace": part("normal", scale="softplus")}
    places = {"likelihood": likelihood, "network": part("mlp", hidden=(8,))}
    places["posterior"] = posteriors.get(name, "normal")
    vae = VAE(3, **places, max_epochs=1, random_state=0).fit(X)
    told, said = model_for_page(vae, "float32")
    assert said == []
    z = 2 * rng.normal(size=(40, 3))
    page.run(f"globalThis.model = makeModel({json_for_page(told | {'rest': []})}); null")
    decoded = page.run(f"{z.tolist()}.map((z) => Array.from(model.decode(z)))")
    np.testing.assert_allclose(decoded, vae.inverse_transform(z), rtol=1e-5, atol=1e-5)
    rows = f"{X[:20].tolist()}.map((x) => model.encode(x))"
    encoded = page.run(f"{rows}.map((q) => [[...q.mean], [...q.covariance]])")
    np.testing.assert_allclose([row[0] for row in encoded], vae.transform(X[:20]), atol=1e-5)
    with torch.no_grad():
        q = vae.model_.encode(torch.tensor(vae.treatment_.to_model(X[:20])))
    covariance = np.array([row[1] for row in encoded]).reshape(20, 3, 3)
    np.testing.assert_allclose(covariance, q.covariance, rtol=1e-4, atol=1e-6)


def test_an_unknown_type_of_weights_is_refused() -> None:
    with pytest.raises(SpecError, match="there are: auto, float32, float16"):
        make_explorer(None, None, weights="float8")
