"""Disentanglement on codes that were constructed, with the value derived beside each."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from vaekit.errors import DataError
from vaekit.measure.agreement import udr
from vaekit.measure.dci_scores import dci
from vaekit.measure.factors import discrete_codes, discrete_factors, information
from vaekit.measure.gaps import mig, sap
from vaekit.measure.interventions import beta_vae_score, factor_vae_score, irs
from vaekit.measure.modular import modularity
from vaekit.measure.resampling import permutation_band

SIZES = (3, 6, 40)  # the last has more values than the usual number of bins
GRID = np.array(list(itertools.product(*map(range, SIZES))), dtype=float)  # every combination once


def copied(factors=GRID):
    """A permuted, scaled, shifted copy: each unit is one factor."""
    return factors[:, [2, 0, 1]] * [-0.1, 7.0, 2.5] + [3.0, -1.0, 0.0]


def mixed(factors=GRID):
    """Each unit is a sum in which every factor has a part."""
    rng = np.random.default_rng(0)
    return factors / SIZES @ rng.normal(size=(3, 3))


def disentanglement(codes, factors, **options):
    return dci(codes, factors, **options).disentanglement


def completeness(codes, factors, **options):
    return dci(codes, factors, **options).completeness


def continuous_sap(codes, factors, **options):
    return sap(codes, factors, discrete=False, **options)


ONE_ON_A_COPY = [
    mig,
    continuous_sap,
    modularity,
    factor_vae_score,
    beta_vae_score,
    irs,
    disentanglement,
    completeness,
]


@pytest.mark.parametrize("measure", ONE_ON_A_COPY, ids=lambda f: f.__name__)
def test_a_permuted_scaled_copy_scores_one(measure):
    """Every combination of the factors occurs once, so that units share nothing with other factors, not by chance
    either. (Trees train on a part of the grid, where chance gives other units a little.)"""
    found = measure(copied(), GRID)
    assert found.value == pytest.approx(1, abs=2e-3 if measure in (disentanglement, completeness) else 1e-9)
    assert found.n == len(GRID) and found.name


@pytest.mark.parametrize(
    "measure", [f for f in ONE_ON_A_COPY if f is not beta_vae_score], ids=lambda f: f.__name__
)
def test_units_that_mix_the_factors_score_less(measure):
    """The beta-VAE score does not see it: a mixture tells the factors apart as long as it has as many units."""
    assert beta_vae_score(mixed(), GRID).value > 0.97
    assert measure(mixed(), GRID).value < 0.97


@pytest.mark.parametrize("predictor", ["lasso", "boosted"])
def test_dci_of_a_copy_is_one_with_every_predictor(predictor):
    """The lasso leaves other units exactly 0 only on the whole grid; it trains on three quarters of it."""
    factors = np.array(list(itertools.product(range(3), range(4), range(4))), dtype=float).repeat(3, 0)
    found = dci(factors[:, [2, 0, 1]] * [2, -1, 5], factors, predictor=predictor)
    for one in found:
        assert one.value == pytest.approx(1, abs=0.02 if predictor == "lasso" else 1e-6)
    assert predictor in found.completeness.name


def test_information_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    levels = rng.integers(5, size=(300, 2))
    codes = discrete_codes(rng.normal(size=(300, 3)) + levels[:, :1], levels)
    shared, entropies = information(codes, levels)
    for unit in range(3):
        for factor in range(2):
            assert shared[unit, factor] == pytest.approx(mutual_info_score(codes[:, unit], levels[:, factor]))
    assert entropies == pytest.approx([mutual_info_score(f, f) for f in levels.T])


def test_bins_never_merge_the_values_of_a_factor():
    levels = discrete_factors(GRID)
    assert [len(np.unique(column)) for column in levels.T] == list(SIZES)
    labels = discrete_codes(np.exp(copied() / 5), levels)  # unequal steps: bins of equal width would merge
    assert [len(np.unique(column)) for column in labels.T] == [40, 3, 6]


def test_factors_that_never_repeat_are_binned():
    values = np.random.default_rng(0).random((1000, 1))
    levels = discrete_factors(values, bins=10)
    assert (
        levels[:, 0] == np.clip(((values[:, 0] - values.min()) / np.ptp(values) * 10).astype(int), 0, 9)
    ).all()
    copy = np.hstack([values * -3, np.zeros((1000, 1))])
    assert mig(copy, values, bins=10).value == pytest.approx(1, abs=0.01)  # an edge may fall on either side


def test_mig_of_units_that_share_a_factor_is_the_gap_of_their_information():
    """Two copies of a bit and one of another: gaps of 0 and 1."""
    bits = np.array(list(itertools.product((0, 1), repeat=2))).repeat(10, 0)
    assert mig(np.column_stack([bits[:, 0], -bits[:, 0], bits[:, 1]]), bits).value == pytest.approx(0.5)
    # A unit of three values that splits one value of the bit: its information is the bit's entropy; mixing the bit up
    # with probability 1/10 leaves log 2 - h(1/10).
    flipped = bits[:, 0] ^ (np.arange(40) % 10 == 0)
    left = 1 + (0.1 * np.log(0.1) + 0.9 * np.log(0.9)) / np.log(2)
    assert mig(flipped[:, None], bits[:, :1]).value == pytest.approx(left)


def test_modularity_of_a_unit_that_knows_two_factors_equally_is_zero():
    """I = (log 2, log 2) gives 1 - 1 / (F - 1); a unit of one factor gives 1, a constant one 0."""
    bits = np.array(list(itertools.product((0, 1), repeat=2))).repeat(10, 0)
    both = bits @ [1, 2]
    assert modularity(both[:, None], bits).value == pytest.approx(0)
    codes = np.column_stack([both, bits[:, 0], np.zeros(40)])
    assert modularity(codes, bits).value == pytest.approx((0 + 1 + 0) / 3)
    three = np.column_stack([bits, np.tile([0, 1], 20)])
    assert modularity(both[:, None], three).value == pytest.approx(1 - 1 / 2)


def test_discrete_sap_of_a_copy_beside_units_that_know_nothing_is_one_less_guessing():
    codes = np.column_stack([copied(), np.zeros(len(GRID))])
    for factor, size in enumerate(SIZES[:2]):
        found = sap(codes[:, [{0: 1, 1: 2}[factor], 3]], GRID[:, [factor]])
        assert found.value == pytest.approx(1 - 1 / size)
    assert sap(copied()[:, [1, 1]], GRID[:, [0]]).value == 0  # two copies leave no gap


def test_continuous_sap_is_the_gap_of_squared_correlations():
    rng = np.random.default_rng(0)
    factor = rng.normal(size=500)
    codes = np.column_stack([factor + rng.normal(size=500), rng.normal(size=500) - 0.5 * factor])
    squares = [np.corrcoef(code, factor)[0, 1] ** 2 for code in codes.T]
    assert continuous_sap(codes, factor).value == pytest.approx(squares[0] - squares[1])


def test_irs_is_one_less_how_far_a_unit_strays_while_its_factor_stays():
    """z = f + e with e = +-1/4 in every combination and f = 0, 1: strays 1/4 of at most 3/4."""
    f, e = np.array(list(itertools.product((0, 1), (-0.25, 0.25)))).T
    assert irs((f + e)[:, None], f, quantile=1.0).value == pytest.approx(1 - 0.25 / 0.75)


def test_dci_of_shared_units_is_the_entropy_of_the_shares():
    """Two factors, the sum of both in one unit by the lasso: its importances are equal, so D = 0 of it; each factor
    takes this unit alone, so C = 1."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(4000, 2))
    found = dci(np.column_stack([factors.sum(1), np.zeros(4000)]), factors, predictor="lasso")
    assert found.disentanglement.value == pytest.approx(0, abs=1e-3)
    assert found.completeness.value == 1
    assert found.informativeness.value == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("score", [factor_vae_score, beta_vae_score], ids=lambda f: f.__name__)
def test_votes_on_noise_are_guesses(score):
    """1 / F, within 4 binomial errors; and by the units of the codes nothing changes."""
    codes = np.random.default_rng(1).normal(size=(720, 4))
    found = score(codes, GRID)
    assert found.value == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 1000))
    assert score(codes * [1e-3, 1, 50, 1e4], GRID).value == pytest.approx(found.value, abs=0.02)


NOISE = [mig, continuous_sap, modularity, irs, factor_vae_score]
SLOW = [sap, beta_vae_score, disentanglement, completeness]
OPTIONS = {
    "factor_vae_score": {"votes": 400, "batch": 16},
    "beta_vae_score": {"pairs": 400, "batch": 16},
    "disentanglement": {"predictor": "forest"},
    "completeness": {"predictor": "forest"},
}


@pytest.mark.parametrize(
    "measure",
    [*NOISE, *(pytest.param(one, marks=pytest.mark.slow) for one in SLOW)],
    ids=lambda f: f.__name__,
)
def test_noise_lies_in_the_band_of_chance_and_a_copy_above_it(measure, capsys):
    """Each seed falls out of a 99 % band once in a hundred; the value and its band are printed."""
    rng = np.random.default_rng(7)
    factors = GRID[rng.integers(len(GRID), size=300)][:, :2]
    noise = rng.normal(size=(300, 3))
    options = OPTIONS.get(measure.__name__, {"groups": 0})
    band = permutation_band(measure, noise, factors, permutations=200, **options)
    found = measure(noise, factors, **options)
    with capsys.disabled():
        print(f"\n  {found.name}: {found.value:.3f} in [{band.low:.3f}, {band.high:.3f}]", end="")
    assert found.value in band
    copy = np.column_stack([factors[:, ::-1], noise[:, 0]]) if measure is not modularity else factors
    assert measure(copy, factors, **options).value > band.high


def test_agreement_of_noise_lies_in_the_band_of_chance_and_of_a_copy_above_it(capsys):
    """Of two models whose codes have nothing to do with each other; their rows are shuffled against each other."""

    def pair(codes, other):
        return udr([codes, other], likeness="spearman")[0]

    one, other = np.random.default_rng(3).normal(size=(2, 300, 4))
    band = permutation_band(pair, one, other)
    found = pair(one, other)
    with capsys.disabled():
        print(f"\n  {found.name}: {found.value:.3f} in [{band.low:.3f}, {band.high:.3f}]", end="")
    assert found.value in band
    assert pair(one, one[:, ::-1] * -2).value > band.high


def test_the_error_of_a_score_is_its_spread_over_other_rows():
    """MIG of noisy copies: the jackknife against 60 samples, whose spread is known to 1 in 11."""

    def sample(seed):
        rng = np.random.default_rng(seed)
        factors = rng.integers(4, size=(400, 2))
        return factors + 0.6 * rng.normal(size=(400, 2)), factors

    for measure in (mig, continuous_sap, modularity):
        found = [measure(*sample(seed), rng=seed) for seed in range(60)]
        spread = np.std([one.value for one in found])
        told = np.sqrt(np.mean([one.standard_error**2 for one in found]))
        assert 0.65 < told / spread < 1.5, measure


def test_models_with_the_same_units_agree():
    """R is a permutation: by rank max^2 / sum = 1, by the lasso its coefficient 1 - 0.1."""
    codes = np.random.default_rng(0).normal(size=(500, 4))
    other = codes[:, [2, 3, 0, 1]] * [1, -2, 3, 0.5]
    by_rank = udr([codes, other, -codes], likeness="spearman")
    by_lasso = udr([codes, other, -codes])
    # Units of one sample of noise are a little alike by chance, which adds to the sum.
    chance = np.abs(np.corrcoef(codes.T) - np.eye(4)).sum(0).mean()
    assert len(by_rank) == 3
    for rank, lasso in zip(by_rank, by_lasso, strict=True):
        assert 1 / (1 + 1.5 * chance) < rank.value <= 1
        assert lasso.value == pytest.approx(0.9, abs=1e-6)
        assert lasso.standard_error is None


def test_models_that_rotate_their_units_agree_less_and_noise_not_at_all():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(500, 2))
    turned = codes @ np.array([[1, 1], [-1, 1]]) / np.sqrt(2)
    # The lasso shrinks each of the two coefficients 0.707 by 0.1: max^2 / sum = 0.607 / 2.
    assert udr([codes, turned])[0].value == pytest.approx((1 / np.sqrt(2) - 0.1) / 2, abs=0.05)
    assert udr([codes, rng.normal(size=(500, 2))])[0].value < 0.05
    alive = np.column_stack([codes, rng.normal(size=(500, 1))])
    masked = udr([alive, codes], active=[[True, True, False], [True, True]])
    assert masked[0].value == pytest.approx(udr([codes, codes])[0].value)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: mig(GRID, GRID[:5]), "same examples"),
        (lambda: mig(np.full((9, 2), np.nan), np.zeros((9, 1))), "not finite"),
        (lambda: modularity(GRID, GRID[:, :1]), "two or more"),
        (lambda: dci(GRID, GRID, predictor="lasoo"), "Did you mean 'lasso'"),
        (lambda: dci(GRID, np.zeros(720)), "constant"),
        (lambda: udr([GRID]), "two or more"),
        (lambda: udr([GRID, GRID], likeness="pearson"), "spearman"),
        (lambda: irs(GRID, GRID, quantile=0), "quantile=0"),
        (lambda: mig(GRID, GRID, groups=1), "groups=1"),
    ],
    ids=["rows", "NaN", "one factor", "predictor", "constant", "one model", "likeness", "quantile", "groups"],
)
def test_what_cannot_be_measured_is_refused_in_words(ask, words):
    with pytest.raises(DataError, match=words):
        ask()
