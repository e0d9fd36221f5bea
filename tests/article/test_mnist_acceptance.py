"""Acceptance tests 17 to 19, and the closed-form parts of 21, 28 and 30: MNIST itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import vaekit
from vaekit.article import paradox_shares, shifted_pixel
from vaekit.data.mean_image import mean_image


@pytest.fixture(scope="module")
def grey(mnist: Any) -> np.ndarray:
    return mnist.X[:, 0] / np.float32(255)


@pytest.fixture(scope="module")
def test_pictures(mnist: Any) -> np.ndarray:
    return mnist.test.X[:, 0] / 255


def test_17_mnist_is_read_whole(mnist: Any, accept: Any) -> None:
    assert (len(mnist.X), len(mnist.test.X)) == (60_000, 10_000)
    assert mnist.y[:5].tolist() == [5, 0, 4, 1, 9]
    assert mnist.test.y[:5].tolist() == [7, 2, 1, 0, 4]
    pixels = mnist.X.reshape(-1)
    sums = np.bincount(pixels, minlength=256) / len(pixels)
    values = np.arange(256) / 255
    mean = sums @ values
    within = 1e-5
    accept(17, "mean grey pixel", mean, least=0.130660 - within, most=0.130660 + within)
    spread = np.sqrt(sums @ (values - mean) ** 2)
    accept(17, "standard deviation of a grey pixel", spread, least=0.308108 - within, most=0.308108 + within)
    for name, X, share in (("train", mnist.X, 0.132258), ("test", mnist.test.X, 0.134229)):
        ones = float((X > 127.5).mean())
        accept(17, f"share of ones, {name}", ones, least=share - within, most=share + within)


def test_18_the_mean_of_6000_looks_like_that_of_60000_and_both_say_their_count(
    grey: Any, accept: Any
) -> None:
    whole, part = mean_image(grey), mean_image(grey, 6000)
    assert (whole.count, part.count) == (60_000, 6_000)
    assert "60,000" in repr(whole) and "6,000" in repr(part)
    np.testing.assert_allclose(part.mean, grey[:6000].astype(np.float64).mean(0), atol=1e-12)
    alike = part.against(whole)
    accept(18, "correlation of the two means", alike.correlation, least=0.9987, most=0.9991)
    accept(18, "largest difference of the two means", alike.largest, least=0.031, most=0.033)


def test_19_squared_error_prefers_an_erased_two_to_a_moved_one(
    mnist: Any, test_pictures: Any, accept: Any
) -> None:
    found = shifted_pixel(test_pictures[1], patch=4, shift=(0, 1))
    accept(
        19, "squared error of the first 2 moved to the right", found.mse_moved, least=0.032726, most=0.032746
    )
    accept(19, "ink energy at break-even", found.break_even, least=0.263, most=0.265)
    accept(19, "shift-invariant error of the moved 2", found.invariant_moved, least=0, most=0)
    assert found.prefers_erased
    twos = test_pictures[mnist.test.y == 2][:300]
    shares = paradox_shares(twos, (3, 4, 8)).column("share_of_pictures")
    accept(19, "share of 2s preferred with 3 x 3 erased", shares[0], least=0.98)
    accept(19, "share of 2s preferred with 4 x 4 erased", shares[1], least=0.98)
    accept(19, "share of 2s preferred with 8 x 8 erased", shares[2], most=0.30)


def test_28_the_floor_of_the_mean_distance_is_the_spread_of_the_data(grey: Any, accept: Any) -> None:
    accept(28, "V grey", mean_image(grey).spread, least=52.7249, most=52.7251)
    binarised = (grey > 0.5).astype(np.float32)
    accept(28, "V binarised", mean_image(binarised).spread, least=67.4723, most=67.4725)


def test_30_a_collapsed_decoder_of_grey_pixels_costs_what_the_frequencies_say(
    grey: Any, test_pictures: Any, accept: Any
) -> None:
    p = mean_image(grey).mean.clip(1e-6, 1 - 1e-6)
    x = mean_image(test_pictures).mean
    accept(30, "grey cross-entropy of a collapsed decoder", -(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(),
           least=205.80, most=205.82)  # fmt: skip


def test_21_and_30_the_presets_have_the_sizes_and_the_floor_of_their_sources(mnist: Any, accept: Any) -> None:
    tutorial = vaekit.preset("tf2-tutorial", random_state=0, max_epochs=1).fit(mnist.X[:64])

    def count(module: Any) -> int:
        return sum(weights.numel() for weights in module.parameters())

    encoder, decoder = tutorial.model_.posterior, tutorial.model_.likelihood
    accept(21, "parameters of the encoder", count(encoder), least=28_036, most=28_036)
    accept(21, "parameters of the decoder", count(decoder), least=41_953, most=41_953)
    shapes: list[tuple[int, ...]] = []
    hooks = [
        layer.register_forward_hook(lambda _, __, made: shapes.append(tuple(made.shape[1:])))
        for layer in [*encoder.encoder.layers, decoder]
        if (not list(layer.children()) and list(layer.parameters())) or layer is decoder.decoder
    ]
    assert tutorial.reconstruct(mnist.X[:1]).shape == (1, 1, 28, 28)
    for hook in hooks:
        hook.remove()
    assert [shape[-1] for shape in shapes[:2]] == [13, 6]
    lecture = vaekit.preset("mlp-500", random_state=0, max_epochs=1).fit(mnist.X[:200])
    assert (count(lecture.model_.posterior), count(lecture.model_.likelihood)) == (645_004, 644_784)
    twenty = vaekit.preset("mlp-500", latent_dim=20, random_state=0, max_epochs=1).fit(mnist.X[:200])
    assert count(twenty.model_) == 1_316_824
    floor = lecture.ledger(mnist.test.X)["relaxed_floor"]
    accept(30, "floor of the relaxed score on the test set", floor, least=45.52, most=45.54)
