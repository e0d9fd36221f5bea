"""A latent-variable model and the record of one pass through it.

`LatentModel` holds the three conditionals p(z | c), p(x | z, c) and q(z | x, c). Called with data and
noise it gives `Evidence`: everything a bound or a penalty may read, each thing computed when it is read.

Letters: x data (B, *event), c condition (B, C) or None, z codes (K, B, L), q posterior, p_z prior,
p_x likelihood; K draws, B examples, L latent values. Log-densities in nats, summed over the event.
A value of x that is hidden is NaN, and `observed` says which are not.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor, nn

from vaekit.compatibility import refuse_clashes
from vaekit.distributions.draws import Draws
from vaekit.distributions.kl import closed_form_kl
from vaekit.likelihoods import Likelihood, OwnLikelihood
from vaekit.nn import Network, OwnNetwork, choose_network
from vaekit.nn.initialise import initialise
from vaekit.posteriors import OwnPosterior, Posterior
from vaekit.priors import OwnPrior, Prior
from vaekit.spec import Sizes, Spec, build, is_name_or_part


class Evidence:
    """What one pass gives: the data, the codes drawn, and the distributions that they come from and go to."""

    def __init__(
        self,
        x: Tensor,
        c: Tensor | None,
        observed: Tensor | None,
        q: Any,
        p_z: Any,
        draws: Draws,
        likelihood: Likelihood,
        decoder_c: Tensor | None = None,
    ) -> None:
        self.x, self.c, self.observed = x, c, observed
        self.q, self.p_z, self.draws = q, p_z, draws
        self.likelihood, self.decoder_c = likelihood, decoder_c

    @property
    def z(self) -> Tensor:
        """The codes drawn from q, (K, B, L)."""
        return self.draws.z

    @property
    def log_q(self) -> Tensor:
        """log q(z | x, c) of the draws, (K, B)."""
        return self.draws.log_q

    @cached_property
    def p_x(self) -> Any:
        """p(x | z, c) of the draws."""
        return self.likelihood(self.z, self.decoder_c)

    @cached_property
    def log_px(self) -> Tensor:
        """log p(x | z, c), (K, B), over the observed values only."""
        log_px: Tensor = self.p_x.log_prob(self.x, self.observed)
        return log_px

    @cached_property
    def expected_log_px(self) -> Tensor:
        """E_q[log p(x | z, c)], (B,): in closed form where known, else the mean over the draws."""
        known = self.likelihood.expected_log_prob(self.q, self.x, self.decoder_c, self.observed)
        return self.log_px.mean(0) if known is None else known

    @cached_property
    def log_pz(self) -> Tensor:
        """log p(z | c), (K, B)."""
        log_pz: Tensor = self.p_z.log_prob(self.z)
        return log_pz

    @cached_property
    def log_weight(self) -> Tensor:
        """log of p(x, z | c) / q(z | x, c), (K, B): its exponential averages to p(x | c)."""
        return self.log_px + self.log_pz - self.log_q

    @cached_property
    def kl_groups(self) -> Tensor:
        """KL(q || prior) by groups of latent values, (B, groups): in closed form where known, else from the draws."""
        known = closed_form_kl(self.q, self.p_z)
        return self.kl_of_draws.unsqueeze(-1) if known is None else known

    @cached_property
    def kl(self) -> Tensor:
        """KL(q || prior), (B,)."""
        return self.kl_groups.sum(-1)

    @cached_property
    def kl_of_draws(self) -> Tensor:
        """KL(q || prior) estimated by the draws, (B,)."""
        return (self.log_q - self.log_pz).mean(0)


class LatentModel(nn.Module):
    """p(z | c) p(x | z, c) with q(z | x, c), as far as each of the three reads the condition."""

    def __init__(
        self,
        posterior: Posterior,
        likelihood: Likelihood,
        prior: Prior,
        description: str = "",
        condition: tuple[str, ...] = ("encoder", "decoder", "prior"),
        holes: bool = False,
    ) -> None:
        """description: the network in one line. condition: who reads it. holes: whether x may hide values (NaN)."""
        super().__init__()
        self.description, self.condition, self.holes = description, condition, holes
        self.posterior, self.likelihood, self.prior = posterior, likelihood, prior
        prior.bind(posterior)
        posterior.bind(prior)

    @property
    def noise_size(self) -> int:
        """Standard normal numbers that one draw of one code takes."""
        return self.posterior.noise_size

    def work(self, rows: int) -> float:
        """About the floating-point operations of one training step over this many rows (times draws).

        A weight of a layer is used once a row, one of a convolution once a pixel, of which a thousand are counted.
        """
        return 6.0 * rows * sum(p.numel() * (1000 if p.dim() > 2 else 1) for p in self.parameters())

    def c_for(self, place: str, c: Tensor | None) -> Tensor | None:
        """The condition as "encoder", "decoder" or "prior" reads it."""
        return c if place in self.condition else None

    def decode(self, z: Tensor, c: Tensor | None = None) -> Any:
        """z (K, B, L) -> p(x | z, c), batch (K, B)."""
        return self.likelihood(z, self.c_for("decoder", c))

    def seen(self, x: Tensor, observed: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        """(x with 0 where a value is hidden, the mask of those that are not); without holes x as it is, and None."""
        if observed is None and self.holes:
            observed = ~x.isnan()
        return (x, None) if observed is None else (torch.where(observed, x, 0.0), observed)

    def encode(
        self,
        x: Tensor,
        c: Tensor | None = None,
        observed: Tensor | None = None,
        denoise: Callable[[Tensor], Tensor] | None = None,
    ) -> Any:
        """x (B, *event) -> q(z | x, c), with the noise that `denoise` adds to what the encoder reads."""
        x, observed = self.seen(x, observed)

        def log_joint(z: Tensor) -> Tensor:
            log_px: Tensor = self.decode(z, c).log_prob(x, observed)
            log_pz: Tensor = self.prior(self.c_for("prior", c)).log_prob(z)
            return log_px + log_pz

        h = self.likelihood.represent(x) if observed is None else represented(self.likelihood, x, observed)
        return self.posterior(h if denoise is None else denoise(h), self.c_for("encoder", c), log_joint)

    def forward(
        self,
        x: Tensor,
        noise: Tensor,
        c: Tensor | None = None,
        observed: Tensor | None = None,
        denoise: Callable[[Tensor], Tensor] | None = None,
    ) -> Evidence:
        """x (B, *event) and noise (K, B, noise_size) -> the evidence of K draws a row."""
        x, observed = self.seen(x, observed)
        q = self.encode(x, c, observed, denoise)
        p_z = self.prior(self.c_for("prior", c))
        return Evidence(x, c, observed, q, p_z, q.draw(noise), self.likelihood, self.c_for("decoder", c))


def represented(likelihood: Likelihood, x: Tensor, observed: Tensor) -> Tensor:
    """What encoders read of the values observed: 0 for a hidden one, which of standardised values is the mean."""
    h = likelihood.represent(torch.where(observed, x, torch.nan))
    return torch.where(h.isnan(), 0.0, h)


def make_network(value: Any, sizes: Sizes) -> Network:
    """The network part for these sizes: chosen from the data, named, or the user's own."""
    if isinstance(value, nn.Module | tuple | list):
        return OwnNetwork(sizes, value)
    made: Network = build("network", choose_network(sizes) if value == "auto" else value, sizes)
    return made


def make_model(spec: Spec, sizes: Sizes, generator: torch.Generator) -> LatentModel:
    """The model of a spec, with first weights drawn from `generator`; ClashError before any tensor exists."""
    refuse_clashes(spec)
    network = make_network(spec.network, sizes)
    read = sizes.read_by(spec.condition, "decoder")
    likelihood: Likelihood = (
        OwnLikelihood(read, spec.likelihood)
        if isinstance(spec.likelihood, nn.Module)
        else build("likelihood", spec.likelihood, read, network)
    )
    seen = seen_by_encoder(likelihood, sizes.read_by(spec.condition, "encoder"))
    if (seen.event_shape, seen.condition_dim) != (sizes.event_shape, sizes.condition_dim):
        network = make_network(spec.network, seen)
    posterior: Posterior = (
        OwnPosterior(seen, spec.posterior)
        if isinstance(spec.posterior, nn.Module)
        else build("posterior", spec.posterior, seen, network)
    )
    # The Vamp prior has a condition for each of its pseudo-inputs, which is the encoder's.
    given = replace(seen, condition_dim=sizes.read_by(spec.condition, "prior", "encoder").condition_dim)
    prior: Prior = (
        OwnPrior(given, spec.prior)
        if isinstance(spec.prior, nn.Module)
        else build("prior", spec.prior, given)
    )
    model = LatentModel(
        posterior, likelihood, prior, network.description, tuple(spec.condition), spec.missing == "mask"
    )
    initialise(model, generator, network.init)
    return model


def make_penalties(spec: Spec, sizes: Sizes, generator: torch.Generator) -> list[Any]:
    """The penalties of a spec, critics among them, with first weights drawn from `generator`."""
    made = [build("penalty", p, sizes) if is_name_or_part(p) else copy.deepcopy(p) for p in spec.penalties]
    for penalty in made:
        initialise(penalty, generator, getattr(penalty, "init", "torch"))
    return made


def seen_by_encoder(likelihood: Likelihood, sizes: Sizes) -> Sizes:
    """The sizes and facts of what encoders read: the likelihood's representation of x."""
    facts = dict(sizes.facts)
    examples = facts.pop("examples", None)
    if examples is not None:
        h = represented(likelihood, examples, ~examples.isnan())
        low, high = float(h.min()), float(h.max())
        facts |= {"mean": h.mean(0), "spread": h.std(0, unbiased=False), "bounds": (low, high)}
    return replace(sizes, event_shape=tuple(likelihood.input_shape), facts=facts)
