"""Laws of every prior: a new part is one row of PARTS. K draws, B examples, L latent values, C components.

The right answer is computed another way: integrals on a grid, torch's distributions, draws within 5
standard errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, distributions, nn

from vaekit.distributions.mixture import Mixture
from vaekit.errors import ClashError, NetworkError, SpecError, UnknownOption
from vaekit.nn import MLP
from vaekit.nn.initialise import initialise
from vaekit.posteriors import Posterior
from vaekit.priors import OwnPrior, Prior
from vaekit.spec import Part, Sizes, build, lookup, names, part

L, EVENT = 2, (3,)

CODES = np.random.default_rng(0).normal(size=(50, L))


def ring(n: int, rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi, n)
    return np.stack([np.cos(angle), np.sin(angle)], 1)


class Torchs(nn.Module):
    """The user's own prior: one learned normal, as torch's distribution."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.Parameter(torch.tensor([0.5, -1.0]))

    def forward(self, c: Tensor | None = None) -> distributions.Distribution:
        return distributions.Normal(self.mean, torch.tensor([0.8, 1.3], dtype=self.mean.dtype))


PARTS: dict[str, Part | nn.Module] = {
    "normal": part("normal"),
    "mixture": part("mixture", components=3),
    "mixture of one": part("mixture", components=1),
    "vamp": part("vamp", components=4),
    "vamp of full-normal": part("vamp", components=4),
    "uniform": part("uniform"),
    "uniform elsewhere": part("uniform", low=-2.0, high=3.0),
    "sampled": part("sampled", draws=CODES),
    "sampled by a function": part("sampled", draws=ring),
    "conditional-normal": part("conditional-normal", hidden=(5,)),
    "affine conditional-normal": part("conditional-normal", hidden=()),
    "own": Torchs(),
    "petals": part("petals"),
    "petals of some weights": part("petals", components=3, weights=(1.0, 2.0, 3.0), radius=2.0, width=0.3),
    "swiss-roll": part("swiss-roll"),
    "rings": part("rings", components=4),
    "sectors": part("sectors", weights=tuple(range(1, 11))),
}
OF_CLASSES = {"class-and-normal"}  # whose codes hold a class: see test_class_codes.py
LEARNED = ["mixture", "vamp", "vamp of full-normal", "conditional-normal", "affine conditional-normal", "own"]
C = 3
BY_DRAWS_ONLY = ("sampled", "swiss-roll", "rings", "sectors")
WITH_DENSITY = [row for row in PARTS if not row.startswith(BY_DRAWS_ONLY)]

every_part = pytest.mark.parametrize("row", PARTS)
every_density = pytest.mark.parametrize("row", WITH_DENSITY)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=generator(seed), dtype=dtype)


def made_posterior(name: str = "normal", sizes: Sizes | None = None) -> Posterior:
    sizes = sizes or Sizes(EVENT, L)
    posterior: Posterior = build("posterior", name, sizes, MLP(sizes, hidden=(8,)))
    initialise(posterior, generator(1))
    return posterior


def made(row: str) -> Prior:
    """The prior in float64; parameters are moved away from where they start."""
    given, sizes = PARTS[row], Sizes(EVENT, L, C if "conditional" in row else 0)
    prior: Prior = OwnPrior(sizes, given) if isinstance(given, nn.Module) else build("prior", given, sizes)
    initialise(prior, generator())
    with torch.no_grad():
        for values in prior.parameters():
            values += 0.3 * normal(*values.shape, seed=2)
    posterior = made_posterior("full-normal" if "full" in row else "normal")
    prior.bind(posterior.double())
    return prior.double()


def p_of(row: str, prior: Prior) -> Any:
    """The distribution of codes; of a prior that reads a condition, that of one condition."""
    return prior(c_of(row))


def c_of(row: str, n: int = 1) -> Tensor | None:
    return normal(1, C, seed=7).expand(n, C) if "conditional" in row else None


def grid(points: int = 600, reach: float = 12.0) -> tuple[Tensor, float]:
    """Midpoints of cells in [-reach, reach]^L, (points^2, L), and the area of a cell.

    Edges at whole numbers are edges of cells, so that a uniform density is integrated exactly.
    """
    side = (torch.arange(points, dtype=torch.float64) + 0.5) * (2 * reach / points) - reach
    return torch.cartesian_prod(side, side), (2 * reach / points) ** 2


def test_every_prior_has_its_row_here() -> None:
    assert {given.name for given in PARTS.values() if isinstance(given, Part)} == set(
        names("prior")
    ) - OF_CLASSES


@every_part
def test_the_declared_facts_are_true(row: str) -> None:
    prior = made(row)
    assert prior.reads_condition == ("conditional" in row)
    assert prior.density == hasattr(p_of(row, prior), "log_prob")
    assert prior.learned == bool(list(prior.parameters()))
    assert prior.learned == (row in LEARNED or row == "mixture of one")


@every_density
def test_the_density_integrates_to_one(row: str) -> None:
    z, area = grid()
    assert (p_of(row, made(row)).log_prob(z).exp().sum() * area).item() == pytest.approx(1, abs=1e-6)


@every_density
def test_draws_agree_with_the_density(row: str) -> None:
    prior, n = made(row), 20_000
    z, area = grid()
    weights = p_of(row, prior).log_prob(z).exp() * area
    drawn = prior.sample(n, generator(3), c_of(row, n)).double()
    assert drawn.shape == (n, L)
    # Mean, second moments and a wave, so that shape counts beside them.
    for what in (
        lambda z: z,
        lambda z: torch.stack([z[:, 0] ** 2, z[:, 0] * z[:, 1], z[:, 1] ** 2], 1),
        lambda z: torch.cos(2 * z),
    ):
        expected = (weights[:, None] * what(z)).sum(0)
        error = what(drawn).std(0) / n**0.5
        assert bool(((what(drawn).mean(0) - expected).abs() < 5 * error + 1e-6).all())
    # The share of draws below a place, on each axis, at places between cells.
    for axis in range(L):
        for place in (-1.6, -0.8, -0.4, 0.0, 0.4, 0.8, 1.6):
            expected = weights[z[:, axis] < place].sum().clamp(0, 1)
            share = (drawn[:, axis] < place).double().mean()
            error = (expected * (1 - expected) / n).sqrt()
            assert abs(share - expected) <= 5 * error + 1e-6


@pytest.mark.parametrize("row", LEARNED)
def test_every_parameter_is_trained_by_the_density(row: str) -> None:
    prior = made(row)
    p_of(row, prior).log_prob(normal(4, 3, L)).sum().backward()
    for values in prior.parameters():
        assert values.grad is not None
        assert bool((values.grad != 0).any())


@every_density
def test_draws_and_examples_keep_their_places(row: str) -> None:
    prior, z = made(row), normal(4, 3, L)
    together = p_of(row, prior).log_prob(z)
    assert together.shape == (4, 3)
    for k, b in ((0, 0), (3, 1)):
        assert p_of(row, prior).log_prob(z[k, b]).item() == pytest.approx(together[k, b].item(), rel=1e-12)


@every_part
def test_the_same_seed_gives_the_same_draws_and_the_global_seed_is_left_alone(row: str) -> None:
    prior = made(row)
    before = torch.get_rng_state()
    first, again, other = (prior.sample(6, generator(seed), c_of(row, 6)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (part("mixture", components=0), "prior 'mixture': components=0 is not possible"),
        (part("vamp", components=2.5), "prior 'vamp': components=2.5 is not possible"),
        (part("uniform", low=1.0, high=1.0), "low=1.0, high=1.0 is not possible"),
        (part("uniform", low=-np.inf), "give finite numbers, low below high"),
        (part("sampled"), "prior 'sampled' needs draws="),
        (part("conditional-normal"), "is learned from a condition, but this model has none"),
    ],
    ids=repr,
)
def test_an_impossible_option_is_said_in_words(given: Part, said: str) -> None:
    with pytest.raises((SpecError, UnknownOption)) as raised:
        build("prior", given, Sizes(EVENT, L))
    assert said in str(raised.value)


# Mixture


def test_the_learned_mixture_is_torchs() -> None:
    prior = made("mixture")
    theirs = distributions.MixtureSameFamily(
        distributions.Categorical(logits=prior.logits),
        distributions.Independent(distributions.Normal(prior.means, (prior.log_variances / 2).exp()), 1),
    )
    z = normal(5, 3, L)
    assert torch.allclose(prior().log_prob(z), theirs.log_prob(z), rtol=1e-10)


def test_no_two_components_of_a_mixture_start_alike() -> None:
    prior = build("prior", part("mixture", components=20), Sizes(EVENT, L))
    initialise(prior, generator())
    assert len({tuple(mean) for mean in prior.means.tolist()}) == 20


# Conditional


def test_a_prior_of_a_condition_gives_each_row_its_own_normal() -> None:
    prior, c = made("conditional-normal"), normal(6, C, seed=8)
    p, z = prior(c), normal(4, 6, L, seed=9)
    theirs = distributions.Independent(distributions.Normal(p.mean, (p.log_variance / 2).exp()), 1)
    assert torch.allclose(p.log_prob(z), theirs.log_prob(z), rtol=1e-12)
    assert len({tuple(mean) for mean in p.mean.tolist()}) == 6
    with pytest.raises(SpecError, match="hidden=0 is not possible"):
        build("prior", part("conditional-normal", hidden=0), Sizes(EVENT, L, C))


# Vamp


@pytest.mark.parametrize("row", ["vamp", "vamp of full-normal"])
def test_the_vamp_prior_is_the_mean_of_the_posteriors_of_its_pseudo_inputs(row: str) -> None:
    prior = made(row)
    posterior = prior._posterior[0]
    z = normal(7, L)
    each = []
    for u in prior.pseudo_inputs:
        q = posterior(u[None])
        each.append(distributions.MultivariateNormal(q.mean[0], q.covariance[0]).log_prob(z).exp())
    assert torch.allclose(prior().log_prob(z).exp(), torch.stack(each).mean(0), rtol=1e-9)


def test_the_vamp_prior_trains_the_posterior_that_it_borrows_and_does_not_own_it() -> None:
    prior = made("vamp")
    posterior = prior._posterior[0]
    assert set(prior.state_dict()) == {"pseudo_inputs", "low", "high"}
    assert not set(prior.parameters()) & set(posterior.parameters())
    prior().log_prob(normal(7, L)).sum().backward()
    assert all(bool((values.grad != 0).any()) for values in posterior.parameters())


def test_pseudo_inputs_start_about_the_mean_of_the_data_as_far_as_they_spread() -> None:
    mean, spread = torch.tensor([0.0, 10.0, -3.0]), torch.tensor([1.0, 0.1, 2.0])
    sizes = Sizes(EVENT, L, 0, {"mean": mean, "spread": spread})
    prior = build("prior", part("vamp", components=4000), sizes)
    initialise(prior, generator())
    u = prior.pseudo_inputs.detach()
    assert bool(((u.mean(0) - mean).abs() < 5 * spread / 4000**0.5).all())
    assert bool(((u.std(0) - spread).abs() < 5 * spread / 8000**0.5).all())


def test_pseudo_inputs_stay_within_the_bounds_of_the_data() -> None:
    seen: list[Tensor] = []
    sizes = Sizes(
        EVENT, L, 0, {"mean": torch.full(EVENT, 0.5), "spread": torch.ones(3), "bounds": (0.0, 1.0)}
    )
    prior, posterior = build("prior", part("vamp", components=50), sizes), made_posterior()
    initialise(prior, generator())
    assert prior.pseudo_inputs.min().item() == 0
    assert prior.pseudo_inputs.max().item() == 1
    prior.pseudo_inputs.data *= 3
    posterior.encoder.register_forward_pre_hook(lambda module, given: seen.append(given[0]))
    prior.bind(posterior)
    prior()
    assert seen[0].max().item() == 1


def test_a_pseudo_input_has_a_condition_beside_it_where_the_model_has_one() -> None:
    sizes = Sizes(EVENT, L, condition_dim=3)
    prior, posterior = build("prior", part("vamp", components=4), sizes), made_posterior(sizes=sizes)
    initialise(prior, generator())
    prior.bind(posterior)
    c = normal(5, 3, dtype=torch.float32)
    log_prob = prior(c).log_prob(normal(2, 5, L, dtype=torch.float32))
    assert log_prob.shape == (2, 5)
    log_prob.sum().backward()
    assert bool((prior.pseudo_conditions.grad != 0).any())


@pytest.mark.parametrize("name", [name for name in names("posterior") if not name.startswith("class-")])
def test_a_mixture_of_posteriors_is_refused_exactly_where_it_cannot_be_made(name: str) -> None:
    prior = build("prior", "vamp", Sizes(EVENT, L))
    facts: Any = lookup("posterior", name)
    if facts.density == "anywhere" and facts.has_rows:
        prior.bind(made_posterior(name))
        assert isinstance(prior(), Mixture)
        assert prior.sample(3, generator()).shape == (3, L)
    else:
        with pytest.raises(ClashError, match=f"posterior '{name}' cannot be mixed"):
            prior.bind(made_posterior(name))


# Sampled


def sampled(draws: Any) -> Prior:
    prior: Prior = build("prior", part("sampled", draws=draws), Sizes(EVENT, L))
    return prior


@pytest.mark.parametrize(
    "draws",
    [CODES, CODES.tolist(), torch.tensor(CODES), CODES.astype(np.float16)],
    ids=["array", "lists", "tensor", "half"],
)
def test_an_array_of_codes_is_drawn_row_by_row(draws: Any) -> None:
    drawn = sampled(draws).sample(500, generator())
    rows = {tuple(row) for row in np.asarray(draws, dtype=np.float32).tolist()}
    # 50 rows drawn 500 times: one is missed once in 500 seeds, two once in a million.
    assert {tuple(row) for row in drawn.tolist()} <= rows
    assert len({tuple(row) for row in drawn.tolist()}) >= 49


def test_an_array_of_codes_is_part_of_the_model_and_a_copy_of_the_users() -> None:
    codes = CODES.astype(np.float32)
    prior = sampled(codes)
    assert torch.equal(prior.state_dict()["table"], torch.tensor(codes))
    before = codes.copy()
    prior.table += 1
    assert np.array_equal(codes, before)


def test_a_function_is_called_with_the_number_of_draws_and_a_generator_of_numpy() -> None:
    drawn = sampled(ring).sample(1000, generator())
    assert torch.allclose(drawn.norm(dim=1), torch.ones(1000))
    assert len(torch.unique(drawn, dim=0)) > 990


@pytest.mark.parametrize(
    ("draws", "said"),
    [
        (np.zeros((5, 3)), "gave draws of shape (5, 3); wanted is (5, 2): one code of latent_dim=2"),
        (np.zeros(2), "shape (2,); wanted is (2, 2)"),
        (0.5, "shape (); wanted is (n, 2)"),
        (np.zeros((0, 2)), "shape (0, 2); wanted is (n, 2)"),
        ([[1.0, 2.0], [3.0]], "not one array of numbers"),
        ([["a", "b"]], "not one array of numbers"),
        ([[0.0, np.nan]], "not finite numbers"),
        (lambda n, rng: np.zeros((n + 1, 2)), "shape (4, 2); wanted is (3, 2)"),
        (lambda n, rng: np.zeros((n, 3)), "shape (3, 3); wanted is (3, 2)"),
        (lambda n: np.zeros((n, 2)), "could not call your sampler as draws(n, rng)"),
    ],
    ids=["wide", "flat", "number", "empty", "ragged", "words", "nan", "too many", "wide function", "no rng"],
)
def test_draws_that_are_no_codes_are_refused_in_words(draws: Any, said: str) -> None:
    with pytest.raises(SpecError) as raised:
        sampled(draws)
    assert said in str(raised.value)


# The user's own modules


class Gives(nn.Module):
    """Gives what it was given."""

    def __init__(self, p: Any, **facts: Any) -> None:
        super().__init__()
        self.p = p
        for name, value in facts.items():
            setattr(self, name, value)

    def forward(self, c: Tensor | None = None) -> Any:
        return self.p


class Sampler:
    """The least that a prior may be: known by draws."""

    def __init__(self, width: int = L) -> None:
        self.width = width

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.rand(n, self.width, generator=generator)


class Dense(Sampler):
    def log_prob(self, z: Tensor) -> Tensor:
        return -z.square().sum(-1)


class NotSummed(Sampler):
    def log_prob(self, z: Tensor) -> Tensor:
        return -z.square()


ONE, EYE = torch.ones(L), torch.eye(L)
NORMAL = distributions.Normal(0 * ONE, ONE)


def own(p: Any, condition_dim: int = 0, **facts: Any) -> OwnPrior:
    return OwnPrior(Sizes(EVENT, L, condition_dim), Gives(p, **facts))


@pytest.mark.parametrize(
    "p",
    [
        NORMAL,
        distributions.Independent(NORMAL, 1),
        distributions.MultivariateNormal(0 * ONE, EYE),
        distributions.MixtureSameFamily(
            distributions.Categorical(ONE), distributions.MultivariateNormal(EYE, EYE)
        ),
        Dense(),
    ],
    ids=lambda p: type(p).__name__,
)
def test_a_distribution_of_torchs_or_an_object_of_ours_is_a_prior(p: Any) -> None:
    prior = own(p)
    assert prior.density
    assert prior.sample(5, generator()).shape == (5, L)
    z = normal(4, 3, L, dtype=torch.float32)
    given = p.log_prob(z)
    assert torch.allclose(prior().log_prob(z), given if given.dim() == 2 else given.sum(-1))


def test_a_prior_known_by_draws_says_so() -> None:
    assert not own(Sampler(), density=False).density
    with pytest.raises(NetworkError, match=r"no log_prob\(z\).*density = False"):
        own(Sampler())


def test_the_users_module_stays_untouched() -> None:
    given = Torchs()
    prior = OwnPrior(Sizes(EVENT, L), given)
    initialise(prior, generator())
    assert torch.equal(prior.module.mean, given.mean)
    assert prior.learned
    with torch.no_grad():
        prior.module.mean += 1
    assert given.mean.tolist() == [0.5, -1.0]


def test_a_prior_that_reads_a_condition_gives_one_code_for_each() -> None:
    class Reads(nn.Module):
        def forward(self, c: Tensor) -> distributions.Distribution:
            return distributions.Normal(c[:, :L], 1.0)

    prior = OwnPrior(Sizes(EVENT, L, condition_dim=3), Reads())
    c = 100 * normal(5, 3, dtype=torch.float32)
    assert prior(c).log_prob(normal(2, 5, L, dtype=torch.float32)).shape == (2, 5)
    assert bool(((prior.sample(5, generator(), c) - c[:, :L]).abs() < 6).all())
    with pytest.raises(NetworkError, match="5 draws, not 4"):
        prior.sample(4, generator(), c)


def test_a_box_is_declared_with_its_corners() -> None:
    box = distributions.Uniform(-ONE, ONE)
    prior = own(box, support="box", low=-1, high=1)
    posterior = made_posterior("box")
    posterior.bind(prior)
    z = posterior(torch.zeros(3, *EVENT)).draw(10 * normal(4, 3, L, dtype=torch.float32)).z
    assert bool(box.log_prob(z).isfinite().all())


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (distributions.Normal(torch.zeros(3), 1.0), "gave a Tensor of shape (2, 3) for 2 draws; wanted"),
        (distributions.Normal(0.0, 1.0), "shape (2,)"),
        (distributions.MultivariateNormal(torch.zeros(2, L), EYE), "gave (2,) distributions of codes; wanted is one"),
        (Dense(3), "shape (2, 3)"),
        (NotSummed(), "log_prob gave shape (2, 2) for codes of shape (2, 2); wanted is (2,)"),
        (torch.zeros(L), "gave a Tensor; it must give a torch Distribution"),
    ],
    ids=["wide", "one number", "a batch", "wide object", "not summed", "a tensor"],
)  # fmt: skip
def test_what_came_out_of_a_prior_is_said(p: Any, said: str) -> None:
    with pytest.raises(NetworkError) as raised:
        own(p)
    assert said in str(raised.value)
