"""log p(x) and the posterior p(z | x) by quadrature, where codes have one or two values.

Posteriors are narrow and each lies elsewhere, so one fixed grid is wrong. A coarse grid over all codes, decoded once,
says where a row may lie; around that and around its q a small grid shrinks until the joint density ends inside it.
The trapezoidal rule then converges faster than any power of the spacing; a row whose answer would change with half
of the points gets twice as many. Expectations under q are taken in the noise that q is drawn from, on a grid of
their own, so that the ELBO and log p(x) come from different points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from vaekit.kinds import Array
from vaekit.machine import fast_torch
from vaekit.measure.reader import Reader

MOST_VALUES = 2
COARSE = {1: 401, 2: 41}  # points an axis
SEARCH = {1: 65, 2: 13}
FINE = ((129, 25), (257, 49), (513, 97))  # by latent_dim - 1; the next where a row has not converged
NOISE = {1: 121, 2: 41}
NOISE_REACH = 6.0
DEPTH = 20.0
"""Nats below the highest point at which a density counts as ended: e^-20 of a plane is lost."""
CONVERGED = 5e-3
DRAWS = 512
DECODED_AT_ONCE = 512


@dataclass(frozen=True)
class Parts:
    """Of each row, (n,): what `ElboDecomposition` has; errors is how far half of the points would move log_px."""

    log_px: Array
    reconstruction: Array
    kl_to_prior: Array
    kl_to_posterior: Array
    errors: Array
    points: int


class Row:
    """One row x (1, *event): its joint density and its q, as functions of codes z (K, L) -> (K,)."""

    def __init__(self, reader: Reader, x: Tensor, c: Tensor | None) -> None:
        self.reader, self.x, self.c = reader, x, c
        self.model = reader.model
        self.latent_dim = reader.model.posterior.latent_dim
        self.q = reader.model.encode(x, c)
        self.p_z = reader.model.prior(reader.model.c_for("prior", c))

    def log_pz(self, z: Tensor) -> Tensor:
        """log p(z), also of a prior that has one law a row."""
        log_pz: Tensor = self.p_z.log_prob(z.unsqueeze(1))
        return log_pz[:, 0]

    def log_joint(self, z: Tensor) -> Tensor:
        """log p(x, z)."""
        found = []
        for some in z.split(DECODED_AT_ONCE):
            p_x = self.model.decode(some.unsqueeze(1), self.c)
            found.append(p_x.log_prob(self.x)[:, 0] + self.log_pz(some))
        return torch.cat(found)

    def log_q(self, z: Tensor) -> Tensor | None:
        """log q(z | x), or None where q knows its density at its own draws only."""
        if not hasattr(self.q, "log_prob"):
            return None
        log_q: Tensor = self.q.log_prob(z.unsqueeze(1))
        return log_q[:, 0]

    def under_q(self) -> tuple[Tensor, Tensor, Tensor]:
        """(E_q[log p(x | z)], E_q[log q - log p(z)], the lowest and highest codes that q reaches, (2, L))."""
        noise, weights = self._noise()
        log_px, rate, codes = [], [], []
        for some in noise.split(DECODED_AT_ONCE):
            draws = self.q.draw(some.unsqueeze(1))
            z = draws.z
            log_px.append(self.model.decode(z, self.c).log_prob(self.x)[:, 0])
            rate.append(draws.log_q[:, 0] - self.log_pz(z[:, 0]))
            codes.append(z[:, 0])
        reached = torch.cat(codes)
        corners = torch.stack((reached.amin(0), reached.amax(0)))
        return (weights * torch.cat(log_px)).sum(), (weights * torch.cat(rate)).sum(), corners

    def _noise(self) -> tuple[Tensor, Tensor]:
        """Points of the noise (K, S) with their weights (K,), which sum to one."""
        size = self.model.noise_size
        if not 1 <= size <= MOST_VALUES:
            rows = self.x.cpu().numpy()
            noise = self.reader.row_noise(rows, DRAWS)[:, 0] if size else self.x.new_zeros(1, 0)
            return noise, self.x.new_full((len(noise),), 1 / len(noise))
        axis = np.linspace(-NOISE_REACH, NOISE_REACH, NOISE[size])
        points = np.stack(np.meshgrid(*[axis] * size, indexing="ij"), -1).reshape(-1, size)
        weights = np.exp(-0.5 * (points**2).sum(-1))
        return self.reader.tensor(points), self.reader.tensor(weights / weights.sum())


def parts_by_quadrature(reader: Reader, rows: Array) -> Parts:
    """The parts of log p(x) of rows (n, *event) in model units, for latent_dim 1 or 2."""
    found, points = [], 0
    with torch.no_grad(), fast_torch():
        # Under a condition every row has a decoder of its own, and only q says where it lies.
        coarse = Coarse(reader, rows) if reader.c is None else None
        for at, values in enumerate(rows):
            row = Row(reader, reader.tensor(values[None]), reader.c_of(at, at + 1))
            reconstruction, kl, corners = row.under_q()
            box = (corners[0], corners[1]) if coarse is None else _joined(coarse.box(at), corners)
            box = _around(row, *box)
            log_px, kl_to_posterior, error, points_here = _integrals(row, box)
            points = max(points, points_here)
            found.append((log_px, float(reconstruction), float(kl), kl_to_posterior, error))
    log_px, log_likelihood, kl_to_prior, kl_to_posterior, errors = np.array(found).T
    return Parts(log_px, log_likelihood, kl_to_prior, kl_to_posterior, errors, points)


class Coarse:
    """A grid over all codes that the prior draws or an encoder gives, decoded once for all rows."""

    def __init__(self, reader: Reader, rows: Array) -> None:
        latent_dim = reader.model.posterior.latent_dim
        generator = torch.Generator(reader.device).manual_seed(reader.seed)
        drawn = reader.model.prior.sample(2000, generator).to(reader.dtype)
        codes = reader.tensor(reader.encode(rows))
        everything = torch.cat((drawn, codes))
        low, high = everything.amin(0), everything.amax(0)
        self.points = grid(low, high, COARSE[latent_dim])
        self.spacing = (high - low) / (COARSE[latent_dim] - 1)
        self.log_joints = self._log_joints(reader, rows)

    def _log_joints(self, reader: Reader, rows: Array) -> Tensor:
        """(n, G): every point is decoded once and then scored against every row."""
        log_pz = reader.model.prior(None).log_prob(self.points)
        columns = []
        for z in self.points.split(DECODED_AT_ONCE):
            p_x = reader.model.likelihood(z.unsqueeze(0))
            scores = [p_x.log_prob(reader.tensor(values).expand(len(z), *values.shape))[0] for values in rows]
            columns.append(torch.stack(scores))
        log_joints: Tensor = torch.cat(columns, 1) + log_pz
        return log_joints

    def box(self, row: int) -> tuple[Tensor, Tensor]:
        """The corners (L,), (L,) of the region that the posterior of this row may lie in."""
        kept: Tensor = self.points[self.log_joints[row] > self.log_joints[row].max() - DEPTH / 2]
        return kept.amin(0) - self.spacing, kept.amax(0) + self.spacing


def grid(low: Tensor, high: Tensor, points: int) -> Tensor:
    """(points^L, L): evenly spread between the corners low and high, (L,) each."""
    steps = torch.linspace(0, 1, points, dtype=low.dtype, device=low.device)
    axes = [lo + (hi - lo) * steps for lo, hi in zip(low, high, strict=True)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), -1).reshape(-1, len(axes))


def _joined(box: tuple[Tensor, Tensor], corners: Tensor) -> tuple[Tensor, Tensor]:
    """The smallest box that holds both."""
    return torch.minimum(box[0], corners[0]), torch.maximum(box[1], corners[1])


def _around(row: Row, low: Tensor, high: Tensor) -> tuple[Tensor, Tensor]:
    """The box, shrunk or moved until the joint density and q end just inside it."""
    points = SEARCH[row.latent_dim]
    for _ in range(8):
        z = grid(low, high, points)
        spacing = (high - low) / (points - 1)
        alive = _alive(row.log_joint(z))
        log_q = row.log_q(z)
        if log_q is not None:
            alive |= _alive(log_q)
        new_low, new_high = z[alive].amin(0) - spacing, z[alive].amax(0) + spacing
        settled = bool(((new_high - new_low) > 0.7 * (high - low)).all() & (new_low >= low - 1e-9).all())
        settled = settled and bool((new_high <= high + 1e-9).all())
        low, high = new_low, new_high
        if settled:
            break
    return low, high


def _alive(log_density: Tensor) -> Tensor:
    return log_density > log_density.max() - DEPTH


def _integrals(row: Row, box: tuple[Tensor, Tensor]) -> tuple[float, float, float, int]:
    """(log p(x), KL(q || p(z | x)), error of log p(x), points)."""
    log_px = kl = error = math.nan
    for sizes in FINE:
        points = sizes[row.latent_dim - 1]
        z = grid(*box, points)
        log_cell = float(((box[1] - box[0]) / (points - 1)).double().log().sum())
        log_joint = row.log_joint(z).double()
        log_px = float(log_joint.logsumexp(0)) + log_cell
        half = log_joint.view((points,) * row.latent_dim)[(slice(None, None, 2),) * row.latent_dim]
        halved = float(half.flatten().logsumexp(0)) + log_cell + row.latent_dim * math.log(2)
        error = abs(log_px - halved)
        kl = _kl_to_posterior(row.log_q(z), log_joint, log_px, log_cell)
        if error < CONVERGED:
            break
    return log_px, kl, error, points**row.latent_dim


def _kl_to_posterior(log_q: Tensor | None, log_joint: Tensor, log_px: float, log_cell: float) -> float:
    """Sum over the grid of q (log q - log p(z | x)); nan where q has no density away from its draws."""
    if log_q is None:
        return math.nan
    log_q = log_q.double()
    # A cell that q leaves empty adds 0, also where log q is minus infinity.
    each = torch.where(log_q > -700, log_q.exp() * (log_q - log_joint + log_px), 0.0)
    return float(each.sum()) * math.exp(log_cell)
