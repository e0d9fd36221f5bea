"""What the lecture's network needs: an activation a layer, dropout of our own seed, He's weights, softplus scales."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import kstest, truncnorm

from vaekit import VAE, load, part
from vaekit.data.read import read
from vaekit.errors import SpecError
from vaekit.model import make_model
from vaekit.nn.dropout import Dropout
from vaekit.spec import Sizes, Spec

X = read("digits").X[:200].reshape(200, 64)
LECTURE = part("mlp", hidden=(32, 16), activation=("elu", "tanh"), dropout=0.1, init="he")


def made(**options: Any) -> Any:
    spec = Spec(latent_dim=2, likelihood="bernoulli", network=part("mlp", **options))
    return make_model(spec, Sizes((64,), 2), torch.Generator().manual_seed(0))


def test_activations_run_from_the_data_to_the_code_and_back() -> None:
    model = made(hidden=(32, 16), activation=("elu", "tanh"), dropout=0.2)
    encoder, decoder = model.posterior.encoder.layers, model.likelihood.decoder.layers
    assert [type(layer).__name__ for layer in encoder] == [
        "Linear",
        "ELU",
        "Dropout",
        "Linear",
        "Tanh",
        "Dropout",
    ]
    assert [type(layer).__name__ for layer in decoder] == [
        "Linear",
        "Tanh",
        "Dropout",
        "Linear",
        "ELU",
        "Dropout",
    ]
    assert [layer.out_features for layer in (encoder[0], decoder[0])] == [32, 16]
    plain = made(hidden=(32, 16))
    assert [type(layer).__name__ for layer in plain.posterior.encoder.layers] == ["Linear", "ReLU"] * 2


def test_dropout_keeps_the_mean_and_drops_at_its_rate_in_training_only() -> None:
    layer = Dropout(0.25)
    layer.first_weights(torch.Generator().manual_seed(0))
    x = torch.ones(200_000)
    dropped = layer(x)
    rate = float((dropped == 0).float().mean())
    assert abs(rate - 0.25) < 4 * math.sqrt(0.25 * 0.75 / len(x))
    assert dropped.unique().tolist() == pytest.approx([0, 4 / 3])
    assert not torch.equal(layer(x), dropped)  # another mask
    assert layer.eval()(x) is x


def test_masks_belong_to_the_seed_of_the_model_and_touch_no_global_state() -> None:
    before = torch.random.get_rng_state()
    masks = []
    for _ in range(2):
        layer = Dropout(0.5)
        layer.first_weights(torch.Generator().manual_seed(7))
        masks.append(torch.stack([layer(torch.ones(50)) for _ in range(3)]))
    assert torch.equal(*masks)
    assert torch.equal(torch.random.get_rng_state(), before)
    first, second = (
        VAE(2, likelihood="bernoulli", binarize=0.5, network=LECTURE, max_epochs=2, random_state=3).fit(X)
        for _ in range(2)
    )
    assert (first.transform(X) == second.transform(X)).all()


def test_he_weights_are_a_cut_normal_of_variance_two_over_fan_in() -> None:
    weights = made(hidden=(3000,), init="he").posterior.encoder.layers[0]
    values = weights.weight.detach().numpy().ravel()
    assert values.var() == pytest.approx(2 / 64, rel=4 * math.sqrt(2 / len(values)))
    spread = math.sqrt(2 / 64) / truncnorm(-2, 2).std()
    assert kstest(values[:20_000] / spread, truncnorm(-2, 2).cdf).pvalue > 1e-3
    assert not weights.bias.any()


def test_a_softplus_scale_is_the_softplus_of_what_the_network_says() -> None:
    spec = Spec(latent_dim=2, likelihood="bernoulli", posterior=part("normal", scale="softplus"))
    model = make_model(spec, Sizes((64,), 2), torch.Generator().manual_seed(0)).double()
    x = torch.tensor(X, dtype=torch.float64)
    numbers = model.posterior.numbers(x, None)
    q = model.encode(x)
    np.testing.assert_allclose(
        q.scale.detach().numpy(), 1e-6 + np.log1p(np.exp(numbers[:, 2:].detach().numpy())), rtol=1e-12
    )
    np.testing.assert_array_equal(q.mean.detach(), numbers[:, :2].detach())


def test_a_model_with_all_of_it_is_saved_and_loaded(tmp_path: Any) -> None:
    vae = VAE(
        2,
        likelihood=part("bernoulli", relaxed=True),
        posterior=part("normal", scale="softplus"),
        network=LECTURE,
        max_epochs=1,
        random_state=0,
    ).fit(X)
    vae.save(tmp_path / "run")
    again = load(tmp_path / "run")
    assert again.spec_ == vae.spec_
    np.testing.assert_array_equal(again.transform(X), vae.transform(X))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hidden": (8, 8), "activation": ("elu",)}, "names 1 and hidden=(8, 8) has 2 layers"),
        ({"hidden": (8,), "activation": ("elo",)}, "Did you mean 'elu'"),
        ({"dropout": 1.0}, "dropout=1.0 is not possible"),
        ({"dropout": "some"}, "dropout='some'"),
        ({"init": "hee"}, "Did you mean 'he'"),
    ],
)
def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(SpecError) as refused:
        made(**options)
    assert said in str(refused.value)
