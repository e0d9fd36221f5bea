"""Bounds: what of the evidence is maximised, by terms with weights, in nats per example.

A bound gives named terms; the loss is the sum of weight x mean of each, and a history row holds just those.
`value` is the bound at weight one, a bound on log p(x), and None where a bound has no such meaning.
Declared beside each class: `needs_q_density` and `needs_prior_density`.
To add one: a class here with `@register("bound", "my-name", ...)`; see Elbo and Iwae, which differ by one line.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from numbers import Real

import torch
from torch import Tensor

from vaekit.distributions.labels import labels_of
from vaekit.errors import SpecError
from vaekit.model import Evidence
from vaekit.spec import register

Terms = dict[str, tuple[float, Tensor]]
"""name -> (weight, values (K, B), (B,) or one number): the loss is the sum of weight x mean of the values."""


def elbo(evidence: Evidence) -> Tensor:
    """E_q[log p(x | z)] - KL(q || prior), (B,): each in closed form where known, else over the draws.

    Reference: Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114
    """
    return evidence.expected_log_px - evidence.kl


def log_mean_weight(evidence: Evidence) -> Tensor:
    """log 1/K sum_k p(x, z_k) / q(z_k | x), (B,).

    With one draw it is an ELBO; it rises to log p(x) as draws grow.
    Reference: Burda et al., 2016, https://arxiv.org/abs/1509.00519
    """
    return evidence.log_weight.logsumexp(0) - math.log(len(evidence.log_weight))


class Bound(ABC):
    """Evidence -> terms. `samples` draws a row are taken in training; schedules end after epoch `ends`.

    `plain_numbers` are attributes that are calculated with and never asked: models that differ in them may train
    together (`vaekit.sweep`), where each is a tensor of one number a model.
    """

    name = "own"
    plain_numbers: tuple[str, ...] = ()
    needs_q_density = True
    needs_prior_density = True
    sums_classes = False  # True: its draws go round the classes of a posterior that sums over them
    samples = 1
    ends = 0.0

    @abstractmethod
    def terms(self, evidence: Evidence, epoch: float = math.inf) -> Terms:
        """The terms of the loss at this time of training (in epochs); inf: at the final weights."""

    def value(self, evidence: Evidence) -> Tensor | None:
        """The bound on log p(x) at weight one, (B,), or None."""
        return None


@register(
    "bound",
    "elbo",
    plain_numbers=("beta", "pull", "target"),
    reference="Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114",
)
class Elbo(Bound):
    """E_q[log p(x | z)] - beta KL(q || prior).

    beta: weight of the KL; 1 bounds log p(x). warm_up: epochs over which beta rises from 0 (Sonderby et al.,
    2016). cycles: how often that rise starts again, each followed by as many epochs at full weight (Fu et al.,
    2019). free_nats: a group of latent values costs nothing below this many nats (Kingma et al., 2016).
    capacity: the KL is drawn towards this many nats, reached linearly in warm_up epochs (Burgess et al., 2018);
    target_rate: the same towards a constant (Alemi et al., 2018); pull weighs the distance to either.
    kl: "closed-form" where it is known, or "draws" to estimate it always. samples: draws a row.
    """

    def __init__(
        self,
        *,
        beta: float = 1.0,
        warm_up: float = 0.0,
        cycles: int = 1,
        free_nats: float = 0.0,
        capacity: float | None = None,
        target_rate: float | None = None,
        pull: float = 30.0,
        kl: str = "closed-form",
        samples: int = 1,
    ) -> None:
        for option, number, least in (
            ("beta", beta, 0), ("warm_up", warm_up, 0), ("cycles", cycles, 1), ("free_nats", free_nats, 0),
            ("capacity", capacity, 0), ("target_rate", target_rate, 0), ("pull", pull, 0), ("samples", samples, 1),
        ):  # fmt: skip
            _at_least("elbo", option, number, least)
        if capacity is not None and target_rate is not None:
            raise SpecError(
                "bound 'elbo' takes capacity= or target_rate=, not both: each draws the KL to its number."
            )
        if cycles > 1 and not warm_up:
            raise SpecError(f"bound 'elbo': cycles={cycles} needs warm_up=, the epochs of one rise.")
        if kl not in ("closed-form", "draws"):
            raise SpecError(f"bound 'elbo': kl={kl!r} is not possible; there are: closed-form, draws.")
        self.beta, self.warm_up, self.cycles, self.free_nats = beta, warm_up, cycles, free_nats
        self.target = target_rate if capacity is None else capacity
        self.target_rises = capacity is not None
        self.pull, self.kl, self.samples = pull, kl, int(samples)
        self.ends = warm_up * (1 if cycles == 1 else 2 * cycles)

    def risen(self, epoch: float) -> float:
        """How far the schedule has risen at this time, from 0 to 1."""
        if not self.warm_up or epoch >= self.ends:
            return 1.0
        within = epoch % (2 * self.warm_up) if self.cycles > 1 else epoch
        return min(1.0, within / self.warm_up)

    def terms(self, evidence: Evidence, epoch: float = math.inf) -> Terms:
        reconstruction = -evidence.log_px
        if self.target is not None:
            target = self.target * (self.risen(epoch) if self.target_rises else 1.0)
            off = (self._kl(evidence).sum(-1).mean() - target).abs()
            return {"reconstruction": (1.0, reconstruction), "kl_off_target": (self.pull, off)}
        groups = self._kl(evidence)
        kl = groups.mean(0).clamp(min=self.free_nats).sum() if self.free_nats else groups.sum(-1)
        name = "kl_above_free" if self.free_nats else "kl"
        return {"reconstruction": (1.0, reconstruction), name: (self.beta * self.risen(epoch), kl)}

    def _kl(self, evidence: Evidence) -> Tensor:
        return evidence.kl_groups if self.kl == "closed-form" else evidence.kl_of_draws.unsqueeze(-1)

    def value(self, evidence: Evidence) -> Tensor:
        return elbo(evidence)


@register("bound", "iwae", reference="Burda et al., 2016, https://arxiv.org/abs/1509.00519")
class Iwae(Bound):
    """log 1/K sum_k p(x, z_k) / q(z_k | x) with K = samples draws: tighter than the ELBO.

    Its gradient for q fades as samples grows (Rainforth et al., 2018).
    """

    def __init__(self, *, samples: int = 5) -> None:
        _at_least("iwae", "samples", samples, 1)
        self.samples = int(samples)

    def terms(self, evidence: Evidence, epoch: float = math.inf) -> Terms:
        return {"iwae": (1.0, -log_mean_weight(evidence))}

    def value(self, evidence: Evidence) -> Tensor:
        return log_mean_weight(evidence)


@register(
    "bound",
    "reconstruction",
    needs_q_density=False,
    needs_prior_density=False,
    reference="Hinton and Salakhutdinov, 2006, https://doi.org/10.1126/science.1127647",
)
class Reconstruction(Bound):
    """E_q[log p(x | z)] alone: an autoencoder. It bounds nothing."""

    def terms(self, evidence: Evidence, epoch: float = math.inf) -> Terms:
        return {"reconstruction": (1.0, -evidence.log_px)}


@register(
    "bound", "map", needs_q_density=False, reference="Ghosh et al., 2020, https://arxiv.org/abs/1903.12436"
)
class Map(Bound):
    """log p(x | z) + log p(z) at z = encoder(x): the most probable code, which is what an ELBO without the
    entropy of q comes to. It bounds nothing."""

    def terms(self, evidence: Evidence, epoch: float = math.inf) -> Terms:
        return {
            "reconstruction": (1.0, -evidence.log_px),
            "code_cost": (1.0, -evidence.log_pz),
        }


@register("bound", "m2", sums_classes=True, reference="Kingma et al., 2014, https://arxiv.org/abs/1406.5298")
class M2(Bound):
    """sum_y q(y | x) (L(x, y) - log q(y | x)), the bound on log p(x) with the class y summed over; of a row with a
    label the bound L(x, y) of that class alone.

    L(x, y) = E_q(style | x, y)[log p(x | y, style)] - KL(q(style | x, y) || p(style)) + log p(y), with one draw of
    style a class. classes: how many there are.
    """

    def __init__(self, *, classes: int = 10) -> None:
        _at_least("m2", "classes", classes, 1)
        self.classes = self.samples = int(classes)

    def terms(self, evidence: Evidence, epoch: float = math.inf) -> Terms:
        known = self._known(evidence)
        bound = self.value(evidence)
        found: Terms = {"unlabelled": (1.0, -(bound * ~known))}
        return found if evidence.c is None else found | {"labelled": (1.0, -(bound * known))}

    def value(self, evidence: Evidence) -> Tensor:
        log_class = evidence.q.log_class.T  # (C, B)
        # The draws have the density 1/C q(style | x, y); more rounds over the classes are averaged.
        each = evidence.log_weight.unflatten(0, (-1, self.classes)).mean(0) - math.log(self.classes)
        known = self._known(evidence)
        # A labelled row has no other class, whose bound is then minus infinity.
        summed = (log_class.exp() * (each.masked_fill(known, 0.0) - log_class)).sum(0)
        labels = torch.zeros_like(known, dtype=torch.long) if evidence.c is None else labels_of(evidence.c)
        own = each.gather(0, labels.clamp(min=0)[None])[0]
        return torch.where(known, own, summed)

    @staticmethod
    def _known(evidence: Evidence) -> Tensor:
        """(B,): which rows have a label."""
        if evidence.c is None:
            return torch.zeros(len(evidence.x), dtype=torch.bool, device=evidence.x.device)
        return labels_of(evidence.c) >= 0


def _at_least(bound: str, option: str, number: float | None, least: float) -> None:
    if number is None:
        return
    if isinstance(number, bool) or not isinstance(number, Real) or not least <= number < math.inf:
        raise SpecError(
            f"bound '{bound}': {option}={number!r} is not possible; give a number of at least {least}."
        )
    if option in ("samples", "cycles", "classes") and number != int(number):
        raise SpecError(f"bound '{bound}': {option}={number!r} is not possible; give a whole number.")


def loss_of(terms: Terms) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of these terms, and the mean of each: the only mean over draws and examples."""
    means = {name: value.mean() for name, (_, value) in terms.items()}
    # A product with 1 changes nothing and takes time, forwards and backwards.
    parts = [
        means[name] if weight == 1 else weight * means[name] for name, (weight, _) in terms.items() if weight
    ]
    return sum(parts[1:], parts[0]), {name: mean.detach() for name, mean in means.items()}
