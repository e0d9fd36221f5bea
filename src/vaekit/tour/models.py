"""The models of the tour by name: short, as the tour trains them, and full, as their sources have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from vaekit.estimators import AE, VAE, preset
from vaekit.estimators.presets import find_preset
from vaekit.spec import part
from vaekit.tour.text import Text

DATA: dict[str, dict[str, Any]] = {
    "digits": {},
    "mnist": {"likelihood": "bernoulli", "binarize": 0.5, "network": "mlp"},
}
"""How the short models read each data set: the digits as fit finds them, MNIST as the tutorial has it."""

SQUARED: dict[str, Any] = {"likelihood": part("gaussian", scale="learned")}
LINEAR: dict[str, Any] = {**SQUARED, "network": part("mlp", hidden=()), "learning_rate": 1e-2}
UNTIL_THE_END: dict[str, Any] = {"validation_fraction": 0.0, "patience": None}


@dataclass(frozen=True)
class Model:
    """make: options -> the unfitted estimator. schedule: whose epochs it takes. labelled: fit takes y.

    preset: that of its source, on MNIST; elsewhere, and where there is none, full is the default schedule of fit.
    borrows: the preset whose network, data and schedule it takes there, so that it compares with that model.
    reads: whether it reads the data as DATA says.
    """

    title: Text
    make: Callable[..., Any]
    schedule: str = "vae"
    labelled: bool = False
    preset: str | None = None
    borrows: str | None = None
    reads: bool = True

    def short(self, data: str, epochs: int, seed: int) -> Any:
        """As the tour trains it."""
        read = DATA[data] if self.reads else {}
        return self.make(**read, **UNTIL_THE_END, max_epochs=epochs, random_state=seed)

    def full(self, data: str, seed: int) -> Any:
        """As its source trains it, or as `fit` does by default."""
        if data == "mnist" and self.preset is not None:
            return preset(self.preset, random_state=seed)
        if data == "mnist" and self.borrows is not None:
            given = find_preset(self.borrows).parameters
            own = {name: value for name, value in given.items() if name not in ("latent_dim", "bound")}
            return self.make(**own, random_state=seed)
        return self.make(**(DATA[data] if self.reads else {}), random_state=seed)


def _cvae(**options: Any) -> Any:
    from vaekit.estimators.cvae import CVAE

    return CVAE(2, **options)


def _aae(patience: None = None, **options: Any) -> Any:
    """Two players have no objective that says when to stop, so an AAE has no patience."""
    from vaekit.estimators.aae import AAE

    return AAE(2, **options)


def _label_informed(**options: Any) -> Any:
    return _aae(prior="swiss-roll", labels="prior", **options)


MODELS = {
    "vae": Model(
        Text(ko="VAE, 잠재 차원 2", en="VAE, 2 latent values"),
        lambda **options: VAE(2, **options),
        preset="tf2-tutorial",
    ),
    "ae": Model(
        Text(ko="AE, 잠재 차원 2", en="AE, 2 latent values"),
        lambda **options: AE(2, **options),
        borrows="tf2-tutorial",
    ),
    "vae-8": Model(
        Text(ko="VAE, 잠재 차원 8", en="VAE, 8 latent values"),
        lambda **options: VAE(8, **options),
        borrows="tf2-tutorial",
    ),
    "ppca": Model(
        Text(ko="확률적 PCA, 잠재 차원 2", en="probabilistic PCA, 2 latent values"),
        lambda **options: VAE(2, **LINEAR, **options),
        reads=False,
    ),
    "linear-ae": Model(
        Text(ko="선형 AE, 잠재 차원 2", en="linear AE, 2 latent values"),
        lambda **options: AE(2, **LINEAR, scale_inputs=False, **options),
        reads=False,
    ),
    "squared-ae": Model(
        Text(ko="비선형 AE, 제곱오차, 잠재 차원 2", en="non-linear AE, squared error, 2 latent values"),
        lambda **options: AE(2, **SQUARED, network="mlp", scale_inputs=False, **options),
        reads=False,
    ),
    "aae": Model(
        Text(ko="AAE, 사전분포 N(0, I)", en="AAE, prior N(0, I)"),
        _aae,
        schedule="aae",
    ),
    "aae-labels": Model(
        Text(ko="레이블을 준 AAE, 스위스롤 사전분포", en="label-informed AAE, prior a swiss roll"),
        _label_informed,
        schedule="aae",
        labelled=True,
        preset="aae-1000",
    ),
    "cvae": Model(
        Text(ko="CVAE, 잠재 차원 2", en="CVAE, 2 latent values"),
        _cvae,
        labelled=True,
        borrows="tf2-tutorial",
    ),
}
