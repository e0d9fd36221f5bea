"""Acceptance tests 20 to 30 on models that train for minutes: `make slow`, and the long schedules `make long`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

import vaekit
from vaekit import AE, part
from vaekit.article import decoder_against_mean
from vaekit.bounds import elbo
from vaekit.measure.aggregate import marginal_kl, mutual_information
from vaekit.plots import MeanDistances

PCA_2 = 0.055953  # squared error of a pixel that two principal components leave on the training images


@pytest.mark.slow
def test_20_a_linear_autoencoder_is_pca(mnist: Any, trained: Any, accept: Any) -> None:
    options = {"likelihood": part("gaussian", scale=1.0), "validation_fraction": 0.0, "random_state": 0}
    linear = trained(
        "linear-ae-2",
        lambda: AE(
            2,
            network=part("mlp", hidden=()),
            max_epochs=30,
            learning_rate=0.003,
            schedule="cosine",
            **options,
        ),
        mnist.X,
    )
    x = mnist.X.reshape(60_000, 784) / 255.0
    error = float(((linear.reconstruct(mnist.X).reshape(x.shape) / 255 - x) ** 2).mean())
    accept(
        20, "linear AE, d = 2, squared error of a pixel", error, least=PCA_2 * (1 - 1e-4), most=PCA_2 * 1.01
    )
    directions = np.linalg.eigh(np.cov(x.T))[1][:, -2:]
    weight = linear.model_.likelihood.decoder.affine_weight.detach().reshape(784, 2).numpy()
    angle = math.degrees(subspace_angles(weight, directions).max())
    accept(20, "angle between its plane and that of PCA, degrees", angle, most=10)


@pytest.mark.slow
def test_20_curved_autoencoders_do_better_and_better_with_more_codes(
    mnist: Any, trained: Any, accept: Any
) -> None:
    x, errors = mnist.X.reshape(60_000, 784) / 255.0, []
    for latent_dim in (2, 5, 10, 20):
        model = trained(
            f"ae-{latent_dim}",
            lambda latent_dim=latent_dim: AE(
                latent_dim,
                likelihood=part("gaussian", scale=1.0),
                network=part("mlp", hidden=(256, 128)),
                max_epochs=6,
                validation_fraction=0.0,
                random_state=0,
            ),
            mnist.X,
        )
        errors.append(float(((model.reconstruct(mnist.X).reshape(x.shape) / 255 - x) ** 2).mean()))
        accept(20, f"AE, d = {latent_dim}, squared error of a pixel", errors[-1], most=PCA_2)
    accept(20, "largest change of the error as d grows 2, 5, 10, 20", np.diff(errors).max(), most=0)


@pytest.mark.slow
def test_22_the_tutorial_reaches_its_elbo(mnist: Any, tutorial: Any, accept: Any) -> None:
    found = tutorial.score(mnist.test.X)
    accept(22, "test ELBO of tf2-tutorial after 10 epochs, seed 0", found, least=-160, most=-154)


@pytest.mark.long
def test_22_the_tutorial_reaches_its_elbo_with_three_seeds(mnist: Any, trained: Any, accept: Any) -> None:
    found = []
    for seed in range(3):
        model = trained(
            f"tf2-tutorial-{seed}",
            lambda seed=seed: vaekit.preset("tf2-tutorial", random_state=seed),
            mnist.X,
        )
        found.append(model.score(mnist.test.X))
        accept(
            22, f"test ELBO of tf2-tutorial after 10 epochs, seed {seed}", found[-1], least=-160, most=-154
        )
    accept(22, "test ELBO of tf2-tutorial, mean over 3 seeds", np.mean(found), least=-158.5, most=-155)


@pytest.mark.long
def test_22_the_tutorial_of_2019_reaches_its_elbo(mnist: Any, trained: Any, accept: Any) -> None:
    model = trained("tf2-tutorial-2019", lambda: vaekit.preset("tf2-tutorial-2019", random_state=0), mnist.X)
    accept(22, "test ELBO of tf2-tutorial-2019 after 100 epochs", model.score(mnist.test.X), least=-80)


@pytest.mark.slow
def test_23_one_epoch_does_not_collapse(mnist: Any, trained: Any, accept: Any) -> None:
    model = trained(
        "tf2-tutorial-1-epoch",
        lambda: vaekit.preset("tf2-tutorial", max_epochs=1, random_state=0),
        mnist.X,
    )
    accept(23, "test ELBO after 1 epoch", model.score(mnist.test.X), least=-205.85 + 20)


@pytest.mark.slow
def test_23_codes_tell_something_of_their_rows(mnist: Any, tutorial: Any, accept: Any) -> None:
    accept(23, "KL to the prior on the test set, nats", tutorial.ledger(mnist.test.X)["kl"], least=1)


@pytest.mark.slow
def test_24_both_estimates_of_the_elbo_agree(mnist: Any, tutorial: Any, accept: Any) -> None:
    rows, _ = tutorial._given(mnist.test.X, None)
    generator, away = torch.Generator().manual_seed(0), []
    with torch.no_grad():
        for x in torch.tensor(rows).split(1000):
            noise = torch.randn(1, len(x), 2, generator=generator)
            evidence = tutorial.model_(x, noise)
            again = tutorial.model_(x, torch.randn(1, len(x), 2, generator=generator))
            away.append((elbo(evidence) - again.log_weight[0]).double().numpy())
    differences = np.concatenate(away)
    error = differences.std(ddof=1) / math.sqrt(len(differences))
    off = abs(differences.mean()) / error
    accept(24, "closed-form KL against three terms, standard errors apart", off, most=4)


@pytest.mark.slow
def test_25_the_evidence_of_a_plane_is_above_its_bounds_and_closes_the_identity(
    mnist: Any, tutorial: Any, accept: Any
) -> None:
    X = mnist.test.X[:100]
    found = tutorial.elbo_decomposition(X)
    assert found.method == "quadrature"
    iwae = tutorial.log_likelihood(X, n_samples=1000)
    reach = 3 * iwae.monte_carlo_error
    means = found.means()
    accept(25, "log p(x) by quadrature, mean of 100 test digits", means["log_px"])
    accept(25, "IWAE 1000 less ELBO, nats", iwae.value - means["elbo"], least=-reach)
    accept(25, "log p(x) less IWAE 1000, nats", means["log_px"] - iwae.value, least=-reach)
    off = np.abs(found.elbo + found.kl_to_posterior - found.log_px).max()
    accept(25, "|ELBO + KL(q to posterior on a grid) - log p(x)|, largest", off, most=0.05)


@pytest.mark.slow
def test_26_the_kl_to_the_prior_is_information_plus_the_distance_of_all_codes(
    mnist: Any, tutorial: Any, accept: Any
) -> None:
    rows, _ = tutorial._given(mnist.test.X[:2000], None)
    with torch.no_grad():
        q = tutorial.model_.encode(torch.tensor(rows))
    mean, variance = q.mean.numpy().astype(float), q.variance.numpy().astype(float)
    kl = 0.5 * (mean**2 + variance - np.log(variance) - 1).sum(1)
    information, distance = mutual_information(mean, variance), marginal_kl(mean, variance)
    reach = 4 * (information.standard_error + distance.standard_error)
    accept(26, "mean KL to the prior, nats", kl.mean())
    accept(26, "information of 2,000 rows in their codes, nats", information.value, most=math.log(2000))
    accept(26, "KL of the aggregated posterior to the prior, nats", distance.value, least=-reach)
    off = abs(kl.mean() - information.value - distance.value)
    accept(26, "mean KL less information less distance, nats", off, most=reach)


@pytest.mark.slow
def test_28_the_table_of_mean_distances_is_its_identity(mnist: Any, tutorial: Any, accept: Any) -> None:
    table = MeanDistances.from_estimator(tutorial, mnist.X, 21).table
    sums = table.values * table.size
    x = mnist.X.reshape(60_000, 784) > 127.5
    by_rows = x.mean(0)
    spread = float((by_rows * (1 - by_rows)).sum())  # of zeros and ones, another way
    off = np.abs(sums / (spread + table.from_mean) - 1).max()
    accept(28, "cells against V + |g - mean|^2, largest relative difference", off, most=1e-4)
    accept(28, "smallest cell less V, binarised", sums.min() - spread, least=0)
    accept(28, "Spearman's correlation of |z| and the distance", table.rank_correlation)
    accept(28, "place of the centre among 441 cells", table.centre_rank)


@pytest.mark.slow
def test_29_the_decoder_is_the_mean_of_what_is_encoded_near_by(
    mnist: Any, tutorial: Any, accept: Any
) -> None:
    found = decoder_against_mean(tutorial, mnist.X, 20)
    ratio = float(np.median(found.to_weighted) / np.median(found.to_mean))
    accept(29, "decoder to weighted mean over decoder to plain mean, medians", ratio, most=0.25)


def falling_with_codes(mnist: Any, trained: Any, accept: Any, epochs: int) -> None:
    costs = []
    for latent_dim in (2, 5, 10, 20):
        model = trained(
            f"mlp-500-{latent_dim}-{epochs}",
            lambda latent_dim=latent_dim: vaekit.preset(
                "mlp-500", latent_dim=latent_dim, max_epochs=epochs, random_state=0
            ),
            mnist.X,
        )
        found = model.ledger(mnist.test.X)
        costs.append(found["reconstruction"])
        what = f"grey cross-entropy of mlp-500, d = {latent_dim}, {epochs} epochs"
        accept(30, what, costs[-1], least=found["relaxed_floor"])
    accept(30, f"largest change of it as d grows, {epochs} epochs", np.diff(costs).max(), most=0)


@pytest.mark.slow
def test_30_more_codes_reconstruct_better_after_a_short_training(
    mnist: Any, trained: Any, accept: Any
) -> None:
    falling_with_codes(mnist, trained, accept, epochs=3)


@pytest.mark.long
def test_30_more_codes_reconstruct_better(mnist: Any, trained: Any, accept: Any) -> None:
    falling_with_codes(mnist, trained, accept, epochs=60)
