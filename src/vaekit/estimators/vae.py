"""The variational autoencoder as an estimator."""

from __future__ import annotations

from collections.abc import Iterator
from numbers import Integral
from typing import Any, Self

import numpy as np
import torch
from sklearn.base import DensityMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from vaekit.data.holes import has_holes
from vaekit.errors import DataError, SpecError
from vaekit.estimators.abilities import unless, why_no_density, why_no_sample
from vaekit.estimators.base import LatentEstimator
from vaekit.estimators.what_if import WhatIf
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure import LogLikelihood, ledger, log_likelihood, shown_by
from vaekit.measure.decomposition import ElboDecomposition, elbo_decomposition
from vaekit.measure.reader import one_below_the_other
from vaekit.recipes import compose
from vaekit.spec import Spec


class VAE(WhatIf, DensityMixin, LatentEstimator):
    """A variational autoencoder: fits p(x) = E_p(z)[p(x | z)] with an encoder q(z | x).

    A place (likelihood, prior, posterior, bound, network, each penalty) takes a name, `part(name, ...)` with
    options, or a torch module of your own.

    Parameters
    ----------
    latent_dim : int
        Values of a code.
    likelihood : str, part or module
        p(x | z); "auto" looks at the data and says why it chose.
    prior : str, part or module
        p(z).
    posterior : str, part or module
        q(z | x).
    bound : str or part
        What is maximised.
    penalties : tuple of str or part
        What is added to the loss; a critic is a penalty that learns.
    network : str, part, module or pair of modules
        The encoder and decoder; "auto" takes convolutions for images of at least 16 x 16, else layers of an mlp.
    image_shape : tuple or None
        (H, W) or (C, H, W) when images come as flat rows.
    scale_inputs : bool or "auto"
        Whether values are scaled inside; undone in every output.
    binarize : None, float, "static" or "dynamic"
        A threshold, one draw a row, or a new draw each time a row is seen.
    max_epochs : int or "auto"
        Passes over the data; "auto" takes about 6,000 steps, in 20 to 600 epochs.
    batch_size : int
        Rows a step.
    learning_rate : float
        Of the optimiser.
    optimizer : str or part
        "adam" or "sgd".
    schedule : str or part
        Of the learning rate: "constant", "cosine" or "steps".
    gradient_clip : float or None
        Largest norm of a gradient.
    ema : float or None
        Decay of a moving average of the weights, which is then what is kept.
    validation_fraction : float
        Part of the rows that is held out to watch; fewer than 20 rows are not held out.
    patience : int or None
        Epochs without a better held-out objective before fit stops and keeps the best weights.
    denoise : None, str or part
        Noise on what the encoder reads in training, the loss being that of the clean example: "salt-and-pepper",
        "gaussian" or "masking".
    missing : "error" or "mask"
        What NaN, None and pd.NA are: refused, or values that were not observed, of which the bound asks nothing.
    callbacks : tuple of Callback
        Told of eight moments of the training.
    device : str
        "auto", "cpu", "cuda".
    precision : "auto", "float32" or "bfloat16"
        Of the network in training; losses and draws stay float32.
    random_state : int, RandomState or None
        Same seed, same machine: the same weights to the bit.
    verbose : int
        0 is silent, 1 shows progress, 2 a line an epoch.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from vaekit import VAE
    >>> vae = VAE(latent_dim=8, random_state=0).fit(load_digits().data)
    >>> vae.sample(3, random_state=0).shape
    (3, 64)
    """

    def __init__(
        self,
        latent_dim: int = 2,
        *,
        likelihood: Any = "auto",
        prior: Any = "normal",
        posterior: Any = "normal",
        bound: Any = "elbo",
        penalties: tuple[Any, ...] = (),
        network: Any = "auto",
        image_shape: Any = None,
        scale_inputs: str | bool = "auto",
        binarize: float | str | None = None,
        max_epochs: int | str = "auto",
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        optimizer: Any = "adam",
        schedule: Any = "constant",
        gradient_clip: float | None = None,
        ema: float | None = None,
        validation_fraction: float = 0.1,
        patience: int | None = 10,
        denoise: Any = None,
        missing: str = "error",
        callbacks: tuple[Any, ...] = (),
        device: str = "auto",
        precision: str = "auto",
        random_state: Any = None,
        verbose: int = 0,
    ) -> None:
        super().__init__(
            latent_dim,
            likelihood=likelihood,
            penalties=penalties,
            network=network,
            image_shape=image_shape,
            scale_inputs=scale_inputs,
            binarize=binarize,
            max_epochs=max_epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            schedule=schedule,
            gradient_clip=gradient_clip,
            ema=ema,
            validation_fraction=validation_fraction,
            patience=patience,
            denoise=denoise,
            missing=missing,
            callbacks=callbacks,
            device=device,
            precision=precision,
            random_state=random_state,
            verbose=verbose,
        )
        self.prior = prior
        self.posterior = posterior
        self.bound = bound

    @classmethod
    def from_recipe(cls, names: str, **options: Any) -> Self:
        """An unfitted VAE of a recipe, or of several joined by '+'.

        Options of the recipes and of the estimator may be given together: `VAE.from_recipe("vamp_vae+beta_vae",
        components=50, beta=6, latent_dim=8)`.
        """
        own = set(cls._get_param_names())
        spec = compose(names, **{key: value for key, value in options.items() if key not in own})
        places = {
            place: getattr(spec, place) for place in _PLACES if getattr(spec, place) != getattr(Spec(), place)
        }
        if spec.condition != Spec().condition:
            if "condition_in" not in own:
                raise SpecError(
                    f"recipe '{names}' is of a model with a condition, which {cls.__name__} has not; use "
                    f"CVAE.from_recipe('{names}')."
                )
            places["condition_in"] = spec.condition
        return cls(**{**places, **{key: value for key, value in options.items() if key in own}})

    def _spec(self) -> Spec:
        return Spec(**{place: getattr(self, place) for place in _PLACES}).with_(
            latent_dim=self.latent_dim, penalties=tuple(self.penalties)
        )

    @unless(why_no_sample)
    def sample(
        self,
        n: int = 1,
        *,
        c: Any = None,
        given: Any = None,
        method: str = "auto",
        random_state: Any = None,
        mean: bool = False,
        missing: bool = False,
    ) -> Any:
        """n draws from p(x), one array shaped like the data: z from the prior, then x from p(x | z).

        mean=True gives the mean of p(x | z) instead, which is what pictures show. missing=True hides values (NaN), each
        on its own, as often as it was missing in the rows of fit.

        given={column: value}, or one row or image with NaN where a value is not known, makes them draws of
        p(x | known values), which come back as they were given; columns are those of a sample, by name or number.
        method says how: "importance" (resampling of codes from q and the prior), "pseudo-gibbs", "mcmc"
        (Metropolis within Gibbs) or "auto", which says why in `given_report_`. Warns where the known values are
        practically impossible under the model, and raises DataError for those outside of its columns or domain.

        Reference: Mattei and Frellsen, 2018, https://arxiv.org/abs/1802.04826
        """
        check_is_fitted(self)
        if missing and not self.profile_.hidden:
            raise SpecError("no value was missing in the rows of fit, so missing=True has nothing to go by.")
        if not isinstance(n, Integral) or n < 1:
            raise DataError(f"n={n!r} is not possible; give the number of samples, 1 or more.")
        if given is not None and missing:
            raise DataError(
                "given= and missing=True cannot go together; hide values of the samples afterwards."
            )
        if given is not None:
            return self._sample_given(int(n), given, c, method, random_state, mean)
        if method != "auto":
            raise DataError(
                f"method={method!r} says how draws under known values are made; give given=, or leave it."
            )
        seed = int(check_random_state(random_state).randint(2**31 - 1))
        device = next((p.device for p in self.model_.parameters()), torch.device("cpu"))
        generator = torch.Generator(device).manual_seed(seed)
        rows = self._condition(c, int(n))
        condition = None if rows is None else torch.from_numpy(rows).to(device)

        def drawn() -> Iterator[torch.Tensor]:
            z = self.model_.prior.sample(int(n), generator, self.model_.c_for("prior", condition))
            for start in range(0, int(n), 1024):
                some = slice(start, start + 1024)
                p_x = self.model_.decode(z[some].unsqueeze(0), None if condition is None else condition[some])
                yield (shown_by(p_x) if mean else p_x.sample(generator))[0]

        with torch.no_grad(), fast_torch():
            numbers = self.treatment_.to_user(one_below_the_other(int(n), drawn()))
        if missing:
            hidden = np.random.default_rng([seed, 1]).random((len(numbers), len(self.profile_.hidden)))
            numbers[(hidden < self.profile_.hidden).reshape(numbers.shape)] = np.nan
        return self._as_table(numbers, drawn=None if mean else seed)

    @unless(why_no_density)
    def score_samples(self, X: Any, c: Any = None) -> Array:
        """(n,) float64: the model's bound on log p(x) at weight one, in nats, a density in the units of X.

        Each row is averaged over 8 evenly spread draws (`score_draws`; for bound 'iwae' over its samples) that
        belong to its values, so that the answer is the same twice, in any order and in any batch. Parts with a
        closed form use it. Under missing="mask" it bounds log p of the values that are observed; a row without any
        scores 0, which is log p of nothing.
        """
        x, given = self._scorable(X, c)
        draws = (
            max(self.score_draws, self.bound_.samples) if self.bound_.samples == 1 else self.bound_.samples
        )
        scores = self._reader(given).scores(x, self.bound_, draws) + self.treatment_.log_jacobian_of(x)
        if not has_holes(x):
            return scores
        return np.where(np.isnan(x).reshape(len(x), -1).all(1), 0.0, scores)

    @unless(why_no_density)
    def score(self, X: Any, y: Any = None) -> float:
        """The mean of `score_samples`, nats per example."""
        return float(self.score_samples(X).mean())

    @unless(why_no_density)
    def log_likelihood(self, X: Any, n_samples: int = 5000, *, c: Any = None) -> LogLikelihood:
        """Mean log p(x) of X by importance sampling, with its errors, in nats per example in the units of X."""
        if not isinstance(n_samples, Integral) or n_samples < 1:
            raise DataError(
                f"n_samples={n_samples!r} is not possible; give the number of draws a row, 1 or more."
            )
        x, given = self._scorable(X, c)
        self._refuse_relaxed("log_likelihood")
        found = log_likelihood(self._reader(given), x, int(n_samples))
        return found.shifted(self.treatment_.log_jacobian_of(x))

    @unless(why_no_density)
    def elbo_decomposition(
        self, X: Any, method: str = "auto", n_samples: int = 5000, *, c: Any = None
    ) -> ElboDecomposition:
        """log p(x) = ELBO + KL(q || p(z | x)) for each row of X, with the KL to the prior beside it, in nats.

        method: "exact" (a linear decoder with a gaussian likelihood: probabilistic PCA), "quadrature" (latent_dim
        at most 2), "importance" (n_samples draws a row, with its error) or "auto", the first that is possible.
        Raises DataError for a method that this model does not allow.
        """
        x, given = self._scorable(X, c)
        self._refuse_relaxed("elbo_decomposition")
        found = elbo_decomposition(self._reader(given), x, method, int(n_samples))
        return found.shifted(self.treatment_.log_jacobian_of(x))

    def _refuse_relaxed(self, asked: str) -> None:
        """SpecError where values are scored that the likelihood gives no probability."""
        if not self.model_.likelihood.normalised:
            raise SpecError(
                f"{asked} has no answer here: likelihood '{self.model_.likelihood.name}' with relaxed=True is no "
                "likelihood, so its scores are no log p(x). Fit with binarize='dynamic', or with likelihood "
                "'continuous-bernoulli'; score_samples gives the relaxed score by that name."
            )

    @unless(why_no_density)
    def kl_per_unit(self, X: Any, c: Any = None) -> Array:
        """Mean KL(q || prior) of each latent value over X, (latent_dim,), nats; (1,) where they share one KL."""
        x, given = self._given(X, c)
        mean: Array = self._reader(given).kl_groups(x, self.score_draws).mean(0)
        return mean

    def ledger(self, X: Any, c: Any = None) -> dict[str, float]:
        """Where the nats go on X: reconstruction, KL, the bound, active units, with standard errors."""
        x, given = self._scorable(X, c)
        return ledger(
            self._reader(given), self.bound_, x, self.treatment_.log_jacobian_of(x), self.score_draws
        )


_PLACES = ("likelihood", "prior", "posterior", "bound", "penalties", "network")
