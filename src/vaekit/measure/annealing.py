"""log p(x) by annealed importance sampling: a chain of Hamiltonian steps from a law that can be drawn to the posterior.

    f_b(z) = base(z)^(1 - b) p(x, z)^b,   b from 0 to 1;   base = q(z | x) or the prior

Forward from a draw of the base, exp(log weight) averages to p(x), so that the mean log weight is a lower bound.
Backward from a draw of the posterior, exp(-log weight) averages to 1 / p(x): an upper bound. Posterior draws are at
hand where the rows were made by the model itself (`simulate`), so that there the truth lies between two numbers.

Letters: K chains, B rows, L latent values.
Reference: Neal, 2001, https://doi.org/10.1023/A:1008923215028; Grosse et al., 2015, https://arxiv.org/abs/1511.02543;
Wu et al., 2017, https://arxiv.org/abs/1611.04273
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from vaekit.errors import DataError
from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.reader import Reader
from vaekit.measure.record import Measure

LEAPS = 5
TARGET_ACCEPTANCE = 0.75
FIRST_STEP = 0.2
VALUES_AT_ONCE = 2**22
"""Values of an event times chains times rows that are decoded together."""


@dataclass(frozen=True)
class Annealed(Measure):
    """A bound on log p(x) in nats, the mean over the rows.

    value        forward: of log mean exp(log weight) over the chains of a row, a lower bound on average;
                 backward: of -log mean exp(-log weight), an upper bound on average
    standard_error  from the finite number of chains, for these rows
    log_weights  (K, B) one for each chain of each row
    acceptance   the share of Hamiltonian steps that was taken
    """

    log_weights: Array = field(default_factory=lambda: np.zeros((0, 0)), repr=False)
    acceptance: float = math.nan

    __repr__ = Measure.__repr__

    @property
    def rows(self) -> Array:
        """(B,) the bound of each row."""
        sign = -1.0 if "upper" in self.name else 1.0
        return sign * _log_mean_exp(sign * self.log_weights)


def ais(
    reader: Reader,
    rows: Array,
    *,
    posterior_draws: Array | None = None,
    temperatures: int = 100,
    chains: int = 16,
    base: str = "auto",
) -> Annealed:
    """log p(x) of rows (n, *event) in model units, forward; or backward from exact draws (n, L) of p(z | x).

    temperatures  steps from the base to the posterior: more of them tighten the bound
    base          "posterior" starts at q(z | x), "prior" at p(z); "auto" takes q where it has a density anywhere

    Step sizes are found by a first pass and then kept, so that the chains leave their laws as they are.

    Raises DataError where the prior has no density, or base or numbers are not possible.
    """
    if temperatures < 2 or chains < 1:
        raise DataError(
            f"temperatures={temperatures}, chains={chains} are not possible; give 2 and 1, or more."
        )
    model = reader.model
    if not model.prior.density:
        raise DataError(
            f"prior '{model.prior.name}' has no density, so that p(x) has none that can be annealed to."
        )
    backward = posterior_draws is not None
    generator = torch.Generator(reader.device).manual_seed(reader.seed)
    event = max(1, int(np.prod(rows.shape[1:])))
    step = max(1, VALUES_AT_ONCE // (event * chains))
    weights, accepted = [], []
    for start in range(0, len(rows), step):
        block = slice(start, start + step)
        c = reader.c_of(start, start + len(rows[block]))
        path = _Path(reader, reader.tensor(rows[block]), c, base, chains, generator)
        with fast_torch():
            schedule = _schedule(temperatures).to(reader.device)
            sizes = path.tuned(schedule)
            ends = None if posterior_draws is None else reader.tensor(posterior_draws[block])
            log_weight, taken = (
                path.forward(schedule, sizes) if ends is None else path.backward(schedule, sizes, ends)
            )
        weights.append(log_weight.cpu().double().numpy())
        accepted.append(taken)
    return _told(np.concatenate(weights, 1), backward, path.base_name, temperatures, float(np.mean(accepted)))


def simulate(reader: Reader, n: int) -> tuple[Array, Array]:
    """(n, *event) rows drawn from the model and the codes (n, L) that made them: exact draws of p(z | x)."""
    generator = torch.Generator(reader.device).manual_seed(reader.seed)
    with torch.no_grad():
        c = reader.c_of(0, n)
        z = reader.model.prior.sample(n, generator, reader.model.c_for("prior", c)).to(reader.dtype)
        x = reader.model.decode(z.unsqueeze(0), c).sample(generator)[0]
    return x.cpu().numpy(), z.cpu().numpy()


def _told(log_weights: Array, backward: bool, base: str, temperatures: int, acceptance: float) -> Annealed:
    chains, n = log_weights.shape
    sign = -1.0 if backward else 1.0
    bound = sign * _log_mean_exp(sign * log_weights)
    shares = np.exp(sign * log_weights - (sign * log_weights).max(0))
    shares /= shares.mean(0)
    direction = "backward, upper bound" if backward else "forward, lower bound"
    return Annealed(
        float(bound.mean()),
        float(np.sqrt((shares.var(0, ddof=1) / chains).sum())) / n if chains > 1 else None,
        n,
        f"log p(x) by annealed importance sampling, {direction}, from the {base}, {temperatures} temperatures, "
        f"{chains} chains a row",
        "a bound: the truth lies on one side of it",
        "nats",
        log_weights,
        acceptance,
    )


def _log_mean_exp(values: Array) -> Array:
    """Over the first axis."""
    top = values.max(0)
    mean: Array = top + np.log(np.exp(values - top).mean(0))
    return mean


def _schedule(temperatures: int) -> Tensor:
    """(temperatures + 1,) from 0 to 1, slow at both ends, where the law changes most."""
    s = torch.sigmoid(torch.linspace(-4, 4, temperatures + 1, dtype=torch.float64))
    return (s - s[0]) / (s[-1] - s[0])


class _Path:
    """The laws between base and posterior, of K chains for each of B rows, and the steps that keep them."""

    def __init__(
        self, reader: Reader, x: Tensor, c: Tensor | None, base: str, chains: int, generator: torch.Generator
    ) -> None:
        self.model, self.x, self.c, self.chains, self.generator = reader.model, x, c, chains, generator
        self.shape = (chains, len(x), reader.model.posterior.latent_dim)
        self.like: dict[str, Any] = {"dtype": reader.dtype, "device": reader.device}
        with torch.no_grad():
            q = reader.model.encode(x, c)
        p_z = reader.model.prior(reader.model.c_for("prior", c))
        self.log_pz: Callable[[Tensor], Tensor] = p_z.log_prob
        self.base_name = self._chosen(base, q)
        self.log_base: Callable[[Tensor], Tensor] = (
            q.log_prob if self.base_name == "posterior" else p_z.log_prob
        )
        self.start = self._from_q(q) if self.base_name == "posterior" else self._from_prior()

    def _chosen(self, base: str, q: Any) -> str:
        has_density = hasattr(q, "log_prob") and getattr(self.model.posterior, "density", "") == "anywhere"
        if base not in ("auto", "posterior", "prior"):
            raise DataError(f"base={base!r} is not possible; there are: auto, posterior, prior.")
        if base == "posterior" and not has_density:
            name = self.model.posterior.name
            raise DataError(f"posterior '{name}' has a density at its own draws only; use base='prior'.")
        return "posterior" if base != "prior" and has_density else "prior"

    def _from_q(self, q: Any) -> Callable[[], Tensor]:
        def draw() -> Tensor:
            z: Tensor = q.draw(self._normal(*self.shape[:2], self.model.noise_size)).z
            return z

        return draw

    def _from_prior(self) -> Callable[[], Tensor]:
        given = self.model.c_for("prior", self.c)
        chains, n, latent_dim = self.shape
        repeated = None if given is None else given.repeat(chains, 1)

        def draw() -> Tensor:
            drawn = self.model.prior.sample(chains * n, self.generator, repeated)
            return drawn.to(**self.like).reshape(chains, n, latent_dim)

        return draw

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.generator, **self.like)

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator, **self.like)

    def log_joint(self, z: Tensor) -> Tensor:
        log_px: Tensor = self.model.decode(z, self.c).log_prob(self.x)
        return log_px + self.log_pz(z)

    def _density(self, z: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        """log f_b (K, B) and its gradient (K, B, L)."""
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            log_f = (1 - b) * self.log_base(z) + b * self.log_joint(z)
            (slope,) = torch.autograd.grad(log_f.sum(), z)
        return log_f.detach(), slope

    @torch.no_grad()
    def _slack(self, z: Tensor) -> Tensor:
        """How fast log f_b grows with b, (K, B)."""
        return self.log_joint(z) - self.log_base(z)

    def _step(self, z: Tensor, b: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
        """One Hamiltonian step at b with a step size a row (B,): the codes after it, and who moved (K, B)."""
        size = size.unsqueeze(-1)
        momentum = self._normal(*z.shape)
        log_f, slope = self._density(z, b)
        there, before = z, log_f - 0.5 * momentum.square().sum(-1)
        for _ in range(LEAPS):
            momentum = momentum + 0.5 * size * slope
            there = there + size * momentum
            log_f, slope = self._density(there, b)
            momentum = momentum + 0.5 * size * slope
        after = log_f - 0.5 * momentum.square().sum(-1)
        moved = self._uniform(*before.shape).log() < after - before  # False where the path left all bounds
        return torch.where(moved.unsqueeze(-1), there, z), moved

    def tuned(self, schedule: Tensor) -> Tensor:
        """(temperatures + 1, B) step sizes: a pass in which they follow the acceptance of each row's chains."""
        z, size = self.start(), torch.full((len(self.x),), FIRST_STEP, **self.like)
        sizes = [size]
        for b in schedule[1:].to(self.like["dtype"]):
            # Several looks at the first law, where the first guess may be far off.
            for _ in range(10 if len(sizes) == 1 else 1):
                z, moved = self._step(z, b, size)
                size = size * torch.exp(0.3 * (moved.to(size.dtype).mean(0) - TARGET_ACCEPTANCE))
            sizes.append(size)
        return torch.stack(sizes)

    def forward(self, schedule: Tensor, sizes: Tensor) -> tuple[Tensor, float]:
        """(K, B) log weights from the base up, and the share of steps taken."""
        z, log_weight, taken = self.start(), torch.zeros(self.shape[:2], **self.like), []
        steps = schedule.to(self.like["dtype"])
        for i in range(1, len(steps)):
            log_weight = log_weight + (steps[i] - steps[i - 1]) * self._slack(z)
            if i < len(steps) - 1:
                z, moved = self._step(z, steps[i], sizes[i])
                taken.append(float(moved.double().mean()))
        return log_weight, float(np.mean(taken))

    def backward(self, schedule: Tensor, sizes: Tensor, ends: Tensor) -> tuple[Tensor, float]:
        """The same from draws `ends` (B, L) of the posterior down."""
        z, taken = ends.expand(self.shape), []
        log_weight = torch.zeros(self.shape[:2], **self.like)
        steps = schedule.to(self.like["dtype"])
        for i in range(len(steps) - 1, 0, -1):
            log_weight = log_weight + (steps[i] - steps[i - 1]) * self._slack(z)
            if i > 1:
                z, moved = self._step(z, steps[i - 1], sizes[i - 1])
                taken.append(float(moved.double().mean()))
        return log_weight, float(np.mean(taken))
