"""Laws of the likelihood that has a family a column: it is what its families are alone.

K draws, B examples, D columns, L latent values.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from vaekit.errors import DataError, SpecError
from vaekit.likelihoods import MixedLikelihood
from vaekit.model import make_model
from vaekit.nn import MLP
from vaekit.nn.initialise import initialise
from vaekit.spec import Part, Sizes, Spec, build, part

L = 2
FIVE, THREE = part("categorical", categories=5), part("categorical", categories=3)
COLUMNS: tuple[Any, ...] = (
    "gaussian",
    FIVE,
    "poisson",
    "log-normal",
    "gaussian",
    THREE,
    "bernoulli",
    part("beta", scale="per-feature"),
    "student-t",
    part("ordinal", categories=4),
    "negative-binomial",
    part("categorical", categories=5),
    "zero-inflated-negative-binomial",
    "zero-inflated-poisson",
    "logistic",
    part("gaussian", scale="network"),
)
D = len(COLUMNS)
NAMES = tuple(given.name if isinstance(given, Part) else given for given in COLUMNS)
CATEGORIES = tuple(number for number, name in enumerate(NAMES) if name in ("categorical", "ordinal"))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def codes(*shape: int, seed: int = 2, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(*shape, generator=generator(seed), dtype=dtype)


def examples(rows: int = 200) -> Tensor:
    """A table that every column's family can score."""
    rng = np.random.default_rng(0)
    made = {
        "categorical": lambda: rng.integers(0, 3, rows),
        "ordinal": lambda: rng.integers(0, 4, rows),
        "bernoulli": lambda: rng.integers(0, 2, rows),
        "log-normal": lambda: np.exp(3 + rng.normal(size=rows)),
        "beta": lambda: rng.beta(2, 3, rows),
        "logistic": lambda: np.clip(rng.normal(0.5, 0.5, rows), 0, 1),
        "gaussian": lambda: rng.normal(size=rows),
        "student-t": lambda: rng.standard_t(4, rows),
    }
    counts = lambda: rng.poisson(3.0, rows)  # noqa: E731
    return torch.tensor(np.stack([made.get(name, counts)() for name in NAMES], 1), dtype=torch.float32)


def sizes_of(x: Tensor) -> Sizes:
    facts = {"examples": x, "mean": x.mean(0), "spread": x.std(0, unbiased=False)}
    return Sizes((x.shape[1],), L, 0, facts)


def make(columns: tuple[Any, ...] = COLUMNS, dtype: torch.dtype = torch.float64) -> MixedLikelihood:
    """The likelihood with a linear decoder; parameters of its own are moved away from where they start."""
    sizes = sizes_of(examples()) if columns is COLUMNS else Sizes((len(columns),), L)
    made: MixedLikelihood = build("likelihood", part("mixed", columns=columns), sizes, MLP(sizes, hidden=()))
    initialise(made, generator())
    for name, values in made.named_parameters():
        if not name.startswith("decoder"):
            values.data.normal_(generator=generator(1))
    return made.to(dtype)


def alone(likelihood: MixedLikelihood, z: Tensor, column: int) -> Any:
    """The distribution of one column, by its family alone: (K, B, 1).

    The decoder's numbers stand group after group, and in a group number after number, column after column.
    """
    numbers = likelihood.decoder(z.flatten(0, 1)).view(*z.shape[:2], -1)
    start = 0
    for group, columns in zip(likelihood.groups, likelihood.columns, strict=True):
        width = group.numbers * len(columns)
        if column in columns:
            break
        start += width
    at = columns.tolist().index(column)
    own = numbers[..., start + at : start + width : len(columns)].unsqueeze(-1)

    x = examples()[:, column : column + 1]
    given = COLUMNS[column] if isinstance(COLUMNS[column], Part) else Part(COLUMNS[column])
    scaled = {"scale": "per-feature"} if hasattr(group, "scale") else {}
    family = build(
        "likelihood",
        Part(given.name, **(scaled | given.options)),
        sizes_of(x),
        MLP(sizes_of(x), hidden=()),
    ).double()
    for name, values in group.named_parameters():
        target = family.get_parameter(name)
        target.data = values.data[..., at : at + 1] if target.dim() else values.data
    return family.distribution(own)


@torch.no_grad()
@pytest.mark.parametrize("column", range(D), ids=[f"{n} {name}" for n, name in enumerate(NAMES)])
def test_each_column_is_scored_and_shown_as_by_its_family_alone(column: int) -> None:
    likelihood, z = make(), codes(3, 5, L)
    p_x, x = likelihood(z), examples(5).double()
    family, own = alone(likelihood, z, column), x[:, column : column + 1]
    torch.testing.assert_close(p_x.value_log_prob(x)[..., column], family.value_log_prob(own)[..., 0])
    torch.testing.assert_close(p_x.mean[..., column], family.shown[..., 0])
    weights = codes(3, 5, seed=5).softmax(0)
    torch.testing.assert_close(p_x.expected(weights)[:, column], family.expected(weights)[:, 0])
    if column in CATEGORIES:
        torch.testing.assert_close(p_x.probabilities(column), family.probabilities[..., 0])


@torch.no_grad()
def test_the_log_probability_is_the_sum_of_its_columns_observed_ones_only() -> None:
    likelihood, z = make(), codes(3, 40, L)
    p_x, x = likelihood(z), examples(40).double()
    each = torch.cat([alone(likelihood, z, j).value_log_prob(x[:, j : j + 1]) for j in range(D)], -1)
    torch.testing.assert_close(p_x.log_prob(x), each.sum(-1))

    observed = torch.rand(x.shape, generator=generator()) < 0.6
    observed[:3] = False
    for hidden in (torch.nan, 0.0):  # 0 is what stands there when batches are made
        holes = torch.where(observed, x, hidden)
        torch.testing.assert_close(p_x.log_prob(holes, observed), (each * observed).sum(-1))


@pytest.mark.parametrize("hidden", [torch.nan, 0.0])
@pytest.mark.parametrize("size", [0.0, 1.0, 1e4])
def test_gradients_stay_finite_in_float32_at_extreme_numbers_behind_a_mask(
    hidden: float, size: float
) -> None:
    likelihood, x = make(dtype=torch.float32), examples(40)
    observed = torch.rand(x.shape, generator=generator()) < 0.6
    width = sum(likelihood.widths)
    given = size * torch.randn(2, 40, 1, width, generator=generator()).sign()
    given.requires_grad_()
    log_px = likelihood.distribution(given).log_prob(torch.where(observed, x, hidden), observed)
    log_px.sum().backward()
    assert log_px.isfinite().all()
    assert given.grad is not None
    assert given.grad.isfinite().all()
    own = [values for name, values in likelihood.named_parameters() if not name.startswith("decoder")]
    assert all(values.grad.isfinite().all() for values in own)


@torch.no_grad()
def test_draws_have_the_moments_of_each_column() -> None:
    n = 20_000
    likelihood, z = make(), codes(1, 1, L)
    x = likelihood(z.expand(1, n, L)).sample(generator(3))[0]
    likelihood.check(x.numpy())
    p_x = likelihood(z)
    for column in range(D):
        drawn = x[:, column]
        if column in CATEGORIES:
            expected = p_x.probabilities(column)[0, 0]
            found = torch.stack([(drawn == k).double().mean() for k in range(len(expected))])
            error = (expected * (1 - expected) / n).sqrt()
        else:
            expected, found = alone(likelihood, z, column).mean[0, 0, 0], drawn.mean()
            error = drawn.std() / n**0.5
        assert ((found - expected).abs() <= 5 * error).all(), NAMES[column]


# --- together ------------------------------------------------------------------------------------------


@torch.no_grad()
def test_columns_of_one_family_are_computed_together() -> None:
    columns = ("gaussian", "poisson") * 150
    likelihood = make(columns)
    assert [len(numbers) for numbers in likelihood.columns] == [150, 150]
    assert likelihood(codes(2, 5, L)).mean.shape == (2, 5, 300)
    assert len(make().groups) == len(set(map(str, COLUMNS))) < D


def test_a_scale_is_learned_for_each_column_unless_asked_otherwise() -> None:
    own = make(("gaussian", "gaussian", "student-t"))
    assert own.groups[0].scale.raw.shape == (2,)
    shared = make((part("gaussian", scale="learned"),) * 2)
    assert shared.groups[0].scale.raw.shape == ()


# --- what encoders read --------------------------------------------------------------------------------


@torch.no_grad()
def test_encoders_read_categories_as_ones_among_zeros_counts_as_logs_and_hidden_values_as_nothing() -> None:
    likelihood = make(("gaussian", THREE, "poisson", THREE))
    assert likelihood.input_shape == (1 + 3 + 1 + 3,)
    x = torch.tensor([[0.5, 2.0, 7.0, 0.0], [torch.nan] * 4])
    read = likelihood.represent(x)
    np.testing.assert_allclose(read[0], [0.5, 0, 0, 1, 1, 0, 0, np.log(8)], rtol=1e-6)
    assert not read[1].nan_to_num().any()
    whole = make()
    assert whole.represent(examples(5)).shape == (5, *whole.input_shape)
    assert whole.represent(examples(5)).isfinite().all()


def test_a_model_is_trained_through_a_mask() -> None:
    x = examples(30)
    spec = Spec(likelihood=part("mixed", columns=COLUMNS), latent_dim=L)
    model = make_model(spec, sizes_of(x), generator())
    observed = torch.rand(x.shape, generator=generator(1)) < 0.7
    evidence = model(torch.where(observed, x, 0.0), codes(4, 30, L, dtype=torch.float32), None, observed)
    evidence.log_weight.mean().backward()
    assert evidence.log_weight.isfinite().all()
    assert all(values.grad is not None and values.grad.isfinite().all() for values in model.parameters())


# --- as data and in words ------------------------------------------------------------------------------


def test_it_goes_to_json_and_back() -> None:
    spec = Spec(likelihood=part("mixed", columns=COLUMNS))
    back = Spec.from_json(json.loads(json.dumps(spec.to_json())))
    assert back == spec
    assert build("likelihood", back.likelihood, sizes_of(examples()), MLP(sizes_of(examples()))).counts


def test_a_mixture_of_relaxed_scores_is_no_likelihood() -> None:
    assert make().normalised
    assert not make(("gaussian", part("bernoulli", relaxed=True))).normalised


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (("gaussian",), "wants a family for each column: 1 are given for examples of shape (3,)"),
        ("gaussian", "'gaussian' is given"),
        (("gaussian", "poisson", ("categorical", {"categories": 5})), "column 2 is ('categorical', {"),
        (("gaussian", "poisson", "mixed"), "column 2 cannot be 'mixed'"),
        (("gaussian", "poisson", "categorical"), "categories='auto' cannot be read from these data"),
        (("gaussian", "poisson", "gausian"), "Did you mean 'gaussian'?"),
        (("gaussian", "poisson", part("gaussian", scales=1)), "has no option 'scales'"),
    ],
)
def test_columns_that_are_not_possible_are_refused_in_words(columns: Any, words: str) -> None:
    sizes = Sizes((3,), L)
    with pytest.raises(SpecError) as refused:
        build("likelihood", part("mixed", columns=columns), sizes, MLP(sizes, hidden=()))
    assert words in str(refused.value)


def test_values_outside_of_a_columns_domain_are_refused_by_its_number() -> None:
    likelihood = make(("poisson", "gaussian", "poisson"))
    likelihood.check(np.array([[0.0, -1.0, 3.0], [np.nan, 0.5, np.nan]]))
    with pytest.raises(DataError, match=r"column 2: likelihood 'poisson' needs counts .* such as 0.5"):
        likelihood.check(np.array([[0.0, 0.5, 3.0], [1.0, 0.5, 0.5]]))


@torch.no_grad()
def test_a_column_without_categories_has_no_probabilities() -> None:
    with pytest.raises(DataError, match="column 0 holds no categories"):
        make()(codes(1, 1, L)).probabilities(0)
