"""What a user does: any shape of data, a likelihood chosen with a reason, the same weights again, and the way back."""

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits, load_iris
from torch import nn

from vaekit import AAE, AE, VAE, ClusterAAE, part, preset
from vaekit.errors import ClashError, DataError, NetworkError, SpecError, UnknownOption, UnknownPart
from vaekit.estimators.prepare import rows_of
from vaekit.machine import fast_torch

quick = {"max_epochs": 2, "random_state": 0}
rng = np.random.default_rng(0)
iris = load_iris().data


def weights(estimator):
    return torch.cat([p.detach().flatten() for p in estimator.model_.parameters()])


def test_the_same_seed_gives_the_same_weights_to_the_bit_and_another_seed_others():
    one, two = VAE(**quick).fit(iris), VAE(**quick).fit(iris)
    assert torch.equal(weights(one), weights(two))
    assert not torch.equal(weights(one), weights(VAE(max_epochs=2, random_state=1).fit(iris)))


def test_global_seeds_and_torch_settings_are_left_alone():
    torch.manual_seed(3)
    np.random.seed(3)
    torch_state, numpy_state = torch.get_rng_state(), np.random.get_state()[1].copy()
    precision, threads = torch.get_float32_matmul_precision(), torch.get_num_threads()
    vae = VAE(posterior="hamiltonian", **quick).fit(iris)
    vae.sample(3, random_state=0), vae.score_samples(iris), vae.log_likelihood(iris[:5], 10)
    with fast_torch(), fast_torch():
        pass
    assert torch.equal(torch.get_rng_state(), torch_state)
    assert (np.random.get_state()[1] == numpy_state).all()
    assert (torch.get_float32_matmul_precision(), torch.get_num_threads()) == (precision, threads)


class Overwrites(nn.Module):
    """A layer that overwrites its rows, but not the two that it is tried on."""

    def forward(self, x):
        return x.mul_(2) if len(x) > 2 else x * 2


OWN = (nn.Sequential(Overwrites(), nn.Flatten(), nn.Linear(400, 16)), nn.Linear(2, 400))
READERS = {
    "own network": VAE(network=OWN, likelihood="gaussian", scale_inputs=False, **quick),
    "AE": AE(denoise="gaussian", scale_inputs=False, **quick),
    "VAE": VAE(denoise="salt-and-pepper", likelihood="bernoulli", binarize="dynamic", **quick),
    "AAE": AAE(labels="prior", denoise="masking", **quick),
    "ClusterAAE": ClusterAAE(3, **quick),
}


@pytest.mark.parametrize("name", READERS)
def test_the_users_rows_stay_as_they_are(name):
    X, y = rng.random((300, 1, 20, 20)).astype(np.float32), np.arange(300) % 3
    before = X.copy()
    model = READERS[name].fit(X, y)
    assert (before == X).all()
    model.transform(X), model.reconstruct(X)
    assert (before == X).all()


def test_float32_rows_in_the_models_units_are_trained_on_where_they_are():
    X = rng.random((60, 1, 8, 8)).astype(np.float32)
    treatment, device = VAE(**quick).fit(X).treatment_, torch.device("cpu")
    assert np.shares_memory(rows_of(X, treatment, device).x.numpy(), X)
    X.flags.writeable = False  # torch wants rows that it may write to
    assert not np.shares_memory(rows_of(X, treatment, device).x.numpy(), X)


SHAPES = [(60, 7), (60, 1, 6, 5), (60, 9, 11), (60, 3, 17, 23), (60, 2, 16, 16)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_any_shape_goes_in_and_comes_out(shape):
    X = rng.normal(size=shape)
    vae = VAE(**quick).fit(X)
    assert vae.transform(X).shape == (60, 2)
    assert vae.reconstruct(X).shape == X.shape
    assert vae.sample(5, random_state=0).shape == (5, *shape[1:])
    assert vae.inverse_transform(np.zeros((4, 2))).shape == (4, *shape[1:])
    assert vae.score_samples(X).shape == (60,)


def test_flat_images_take_an_image_shape_and_come_back_flat():
    X = rng.random((60, 18 * 20))
    vae = VAE(image_shape=(18, 20), network="conv", **quick).fit(X)
    assert vae.treatment_.event_shape == (1, 18, 20)
    assert vae.sample(2, random_state=0).shape == (2, 360)


def test_channels_last_get_the_transposition_to_type():
    with pytest.raises(DataError, match=r"X.transpose\(0, 3, 1, 2\)"):
        VAE(**quick).fit(rng.random((60, 16, 16, 3)))


@pytest.mark.parametrize(
    ("X", "likelihood"),
    [
        (rng.integers(0, 2, (80, 9)), "bernoulli"),
        (rng.random((80, 9)), "continuous-bernoulli"),
        (rng.integers(0, 256, (80, 8, 8)).astype(np.uint8), "gaussian"),
        (rng.integers(0, 256, (80, 3, 8, 8)).astype(np.uint8), "discretised-logistic"),
        (rng.integers(0, 256, (80, 3, 8, 8)).astype(float), "gaussian"),
        (load_digits().data, "gaussian"),
        (load_digits().images / 16, "gaussian"),
        (rng.poisson(4.0, (80, 9)), "poisson"),
        (rng.integers(0, 4, (80, 9)), "categorical"),
        (rng.normal(size=(80, 9)), "gaussian"),
        (rng.integers(0, 2, (30, 9)), "gaussian"),
    ],
    ids=[
        "binary",
        "unit",
        "pixels",
        "colour",
        "floats",
        "flat pixels",
        "pictures",
        "counts",
        "categories",
        "real",
        "few rows",
    ],
)
def test_auto_picks_the_likelihood_that_fits_and_says_why(X, likelihood):
    vae = VAE(**quick).fit(X)
    assert vae.spec_.likelihood.name == likelihood
    assert vae.log_[0].startswith(f"likelihood '{likelihood}'")
    assert np.isfinite(vae.score(X))


def test_uint8_pixels_are_scaled_inside_and_back():
    X = (rng.random((80, 8, 8)) * 255).astype(np.uint8)
    vae = VAE(max_epochs=150, random_state=0).fit(X)
    assert "divided by 255" in vae.log_[1]
    assert vae.reconstruct(X).mean() == pytest.approx(X.mean(), rel=0.05)


@pytest.mark.parametrize("binarize", [None, "dynamic"])
def test_uint8_stays_uint8_on_the_device_and_trains_as_floats_do(binarize):
    from vaekit.train import PixelRows

    X = rng.integers(0, 256, (80, 8, 8)).astype(np.uint8)
    begun = VAE(**quick, binarize=binarize)._begin(X)
    assert isinstance(begun.rows, PixelRows) and begun.rows.x.dtype == torch.uint8
    assert np.shares_memory(begun.rows.x.numpy(), X)
    as_bytes, as_floats = (VAE(**quick, binarize=binarize).fit(given) for given in (X, X.astype(np.float64)))
    assert torch.equal(weights(as_bytes), weights(as_floats))


def test_constant_columns_are_fitted_and_come_back_exactly():
    X = np.column_stack([rng.normal(size=(80, 3)), np.full(80, 7.25), np.full(80, -2e6)])
    vae = VAE(**quick).fit(X)
    assert any("2 of 5 columns are constant" in line for line in vae.log_)
    for made in (vae.reconstruct(X), vae.sample(6, random_state=0), vae.inverse_transform(np.zeros((3, 2)))):
        assert (made[:, 3] == 7.25).all() and (made[:, 4] == -2e6).all()
    assert np.isfinite(vae.score_samples(X)).all()


def test_a_learned_scale_has_a_floor_so_that_no_density_runs_to_infinity():
    X = np.repeat(rng.normal(size=(80, 1)), 2, axis=1)
    vae = VAE(
        likelihood=part("gaussian", scale="per-feature"), max_epochs=300, learning_rate=0.05, random_state=0
    )
    vae.fit(X)
    # At the floor of 1e-3 of the spread a value adds at most -log(1e-3 sqrt(2 pi)) to the density.
    most = -np.log(1e-3 * np.sqrt(2 * np.pi) * X.std(0)).sum()
    assert vae.score_samples(X).max() < most


@pytest.mark.parametrize("how", [0.5, "static", "dynamic"])
def test_binarised_data_are_treated_alike_in_fit_and_in_scores(how):
    X = rng.random((90, 12))
    vae = VAE(binarize=how, **quick).fit(X)
    assert vae.spec_.likelihood.name == "bernoulli"
    assert set(np.unique(vae.sample(20, random_state=0))) <= {0.0, 1.0}
    assert (vae.score_samples(X) < 0).all()
    np.testing.assert_array_equal(vae.score_samples(X), vae.score_samples(X))


def test_sample_is_repeatable_and_its_mean_is_another_thing():
    vae = VAE(**quick).fit(iris)
    np.testing.assert_array_equal(vae.sample(5, random_state=1), vae.sample(5, random_state=1))
    assert not np.array_equal(vae.sample(5, random_state=1), vae.sample(5, random_state=2))
    assert vae.sample(2000, random_state=0).std(0) @ np.ones(4) > vae.sample(
        2000, random_state=0, mean=True
    ).std(0) @ np.ones(4)


def test_held_out_rows_are_none_when_they_would_be_fewer_than_twenty():
    assert VAE(**quick).fit(iris).held_out_ is None
    held = VAE(validation_fraction=0.2, **quick).fit(iris).held_out_
    assert len(held) == 30 and len(set(held.tolist())) == 30
    assert VAE(validation_fraction=0, **quick).fit(rng.normal(size=(400, 3))).held_out_ is None


def test_an_adversarial_model_does_not_stop_early():
    X = rng.normal(size=(300, 4))
    vae = VAE.from_recipe("aae", max_epochs=4, patience=1, random_state=0).fit(X)
    assert len(vae.history_) == 4
    assert {"code_critic", "code_critic_loss"} <= set(vae.history_[0])


class Encoder(torch.nn.Module):
    def __init__(self, features=6):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, features), torch.nn.Tanh())

    def forward(self, x):
        return self.layers(x)


def test_ones_own_modules_are_copied_trained_and_left_alone():
    encoder, decoder = Encoder(), torch.nn.Linear(2, 4)
    before = decoder.weight.detach().clone()
    vae = VAE(network=(encoder, decoder), **quick).fit(iris)
    assert torch.equal(decoder.weight, before)
    trained = vae.model_.likelihood.decoder
    assert not torch.equal(next(trained.parameters()), before)
    assert vae.transform(iris).shape == (150, 2)


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ((Encoder(), torch.nn.Linear(2, 5)), "your decoder gave shape"),
        ((torch.nn.Linear(3, 2), torch.nn.Linear(2, 4)), "your encoder cannot take"),
        ((torch.nn.Unflatten(1, (2, 2)), torch.nn.Linear(2, 4)), "your encoder gave shape"),
    ],
)
def test_ones_own_modules_of_the_wrong_shape_are_told_what_was_wanted(network, words):
    with pytest.raises(NetworkError, match=words):
        VAE(network=network, **quick).fit(iris)


class OwnPrior(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.mean = torch.nn.Parameter(torch.zeros(2))

    def forward(self):
        return torch.distributions.Normal(self.mean, torch.ones(2))


def test_ones_own_prior_is_trained_and_sampled():
    vae = VAE(prior=OwnPrior(), **quick).fit(iris)
    assert float(vae.model_.prior.module.mean.detach().abs().max()) > 0
    assert vae.sample(3, random_state=0).shape == (3, 4)
    assert np.isfinite(vae.score(iris))


@pytest.mark.parametrize(
    "draws", [rng.normal(size=(500, 2)), lambda n, generator: generator.normal(size=(n, 2))]
)
def test_a_prior_known_by_draws_samples_and_has_no_density(draws):
    vae = VAE(
        prior=part("sampled", draws=draws), posterior="point", bound="reconstruction", penalties=("code-critic",),
        **quick,
    ).fit(iris)  # fmt: skip
    assert vae.sample(4, random_state=0).shape == (4, 4)
    with pytest.raises(AttributeError, match="known by draws only"):
        vae.score_samples
    assert not hasattr(vae, "log_likelihood")


@pytest.mark.parametrize("method", ["sample", "score_samples", "log_likelihood"])
def test_what_an_autoencoder_cannot_do_it_does_not_have(method):
    for ae in (AE(), AE(**quick).fit(iris)):
        assert not hasattr(ae, method)
        with pytest.raises(AttributeError, match="use VAE"):
            getattr(ae, method)


def test_tensors_datasets_lists_and_images_of_any_kind_are_read():
    tensor = torch.tensor(iris)
    expected = weights(VAE(**quick).fit(iris))
    for given in (tensor, iris.tolist(), torch.utils.data.TensorDataset(tensor)):
        assert torch.equal(weights(VAE(**quick).fit(given)), expected)


def test_a_memory_map_is_read_batch_by_batch_when_it_is_large(tmp_path, monkeypatch):
    from vaekit.estimators import prepare

    np.save(tmp_path / "X.npy", iris)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    resident = weights(VAE(**quick).fit(mapped))
    monkeypatch.setattr(prepare, "RESIDENT_BYTES", 0)
    monkeypatch.delattr(prepare, "ResidentRows")
    torch.testing.assert_close(weights(VAE(**quick).fit(mapped)), resident)


BAD = [
    (np.zeros((0, 4)), ValueError, "0 sample"),
    (iris[:1], ValueError, "1 sample"),
    (iris[:, :1], ValueError, "n_features=1"),
    (np.where(iris > 6, np.nan, iris), ValueError, "NaN"),
    (np.where(iris > 6, np.inf, iris), ValueError, "infinity"),
    (iris.astype(complex), ValueError, "Complex data not supported"),
    (np.array([["a", "b"], ["c", "d"]]), ValueError, "numeric"),
    (np.array([[{"a": 1}, 2], [3, 4]], dtype=object), TypeError, "number"),
    (iris[:, 0], ValueError, "Reshape your data"),
    (np.ones((40, 4)), DataError, "constant"),
    (rng.random((5, 4, 3, 2, 2)), DataError, "wanted are rows"),
]


@pytest.mark.parametrize(("X", "error", "words"), BAD, ids=[words for _, _, words in BAD])
def test_bad_data_are_refused_in_words(X, error, words):
    with pytest.raises(error, match=words):
        VAE(**quick).fit(X)


def test_sparse_data_are_refused_by_name():
    scipy_sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(DataError, match="X is sparse, and likelihood 'auto' takes none"):
        VAE(**quick).fit(scipy_sparse.csr_array(iris))


@pytest.mark.parametrize(
    ("likelihood", "X", "words"),
    [
        ("bernoulli", iris, "likelihood 'bernoulli' needs"),
        ("bernoulli", rng.random((60, 4)), "binarize"),
        ("continuous-bernoulli", iris, "likelihood 'continuous-bernoulli' needs"),
        ("poisson", -np.round(iris), "likelihood 'poisson' needs"),
        ("poisson", iris, "whole numbers"),
        (part("categorical", categories=3), np.round(iris), "categories"),
    ],
)
def test_values_outside_of_a_support_are_refused_by_likelihood_and_range(likelihood, X, words):
    with pytest.raises(DataError, match=words):
        VAE(likelihood=likelihood, **quick).fit(X)


def test_support_is_checked_where_a_likelihood_is_evaluated_and_never_in_transform():
    X = rng.integers(0, 2, (60, 5))
    vae = VAE(**quick).fit(X)
    outside = X + 0.5
    assert vae.transform(outside).shape == (60, 2)
    with pytest.raises(DataError):
        vae.score_samples(outside)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"latent_dim": 0}, ValueError, "latent_dim"),
        ({"latent_dim": 5}, SpecError, "larger than the data"),
        ({"likelihood": "gausian"}, UnknownPart, "Did you mean 'gaussian'"),
        ({"likelihood": part("gaussian", scal=1)}, UnknownOption, "Did you mean 'scale'"),
        ({"posterior": "point"}, ClashError, "bound 'map'"),
        ({"network": "conv"}, SpecError, "image_shape"),
        ({"binarize": "sometimes", "likelihood": "bernoulli"}, ValueError, "binarize"),
        ({"optimizer": "adm"}, UnknownPart, "Did you mean 'adam'"),
        ({"schedule": "cosin"}, UnknownPart, "Did you mean 'cosine'"),
        ({"device": "gpu0"}, SpecError, "use 'auto' or 'cpu'"),
        ({"image_shape": (3, 3)}, DataError, "image_shape"),
    ],
    ids=str,
)
def test_bad_options_are_refused_in_words(options, error, words):
    with pytest.raises(error, match=words):
        VAE(**{**quick, **options}).fit(iris)


def test_the_wrong_width_is_refused_everywhere():
    vae = VAE(**quick).fit(iris)
    for method in (vae.transform, vae.score_samples, vae.reconstruct):
        with pytest.raises(ValueError, match="expecting 4 features"):
            method(iris[:, :3])
    with pytest.raises(DataError, match="latent_dim=2"):
        vae.inverse_transform(np.zeros((3, 5)))
    images = VAE(**quick).fit(rng.random((60, 8, 8)))
    with pytest.raises(DataError, match="fitted on examples of shape"):
        images.transform(rng.random((3, 8, 9)))
    with pytest.raises(DataError, match="n=0"):
        vae.sample(0)


def test_the_preset_of_the_tutorial_has_its_parameters_and_takes_overrides():
    X = rng.integers(0, 256, (64, 1, 28, 28)).astype(np.uint8)
    vae = preset("tf2-tutorial", max_epochs=1, random_state=0).fit(X)
    assert sum(p.numel() for p in vae.model_.parameters()) == 69_989
    assert vae.held_out_ is None and vae.batch_size == 32
    assert vae.treatment_.threshold == 127.5
    assert all(
        float(m.bias.detach().abs().max()) < 0.01
        for m in vae.model_.modules()
        if isinstance(m, torch.nn.Linear)
    )
    with pytest.raises(UnknownPart, match="Did you mean 'tf2-tutorial'"):
        preset("tf2-tutoral")
    with pytest.raises(UnknownOption, match="max_epochs"):
        preset("tf2-tutorial", max_epoch=1)


def test_bfloat16_trains_finitely():
    vae = VAE(precision="bfloat16", **quick).fit(iris)
    assert np.isfinite(vae.score(iris))


def test_whole_numbers_of_numpy_are_numbers():
    vae = VAE(
        batch_size=np.int64(32), latent_dim=np.int64(2), bound=part("elbo", samples=np.int64(2)), **quick
    )
    assert np.isfinite(vae.fit(iris).score(iris))
