"""Information of discrete distributions: laws for all distributions, and scipy's answers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy as scipy_entropy

from vaekit.errors import DataError, SpecError
from vaekit.theory import cross_entropy, entropy, kl_divergence, kl_report, self_information

BASES = st.sampled_from([2, math.e, 10, 1.5])


@st.composite
def distributions(draw, count=1, smallest=0.0):
    """Some distributions over the same outcomes; with smallest=0 some outcomes may be impossible."""
    n = draw(st.integers(1, 8))
    weight = st.floats(max(smallest, 1e-6), 1.0)
    if not smallest:
        weight = st.one_of(st.just(0.0), weight)
    found = [np.array(draw(st.lists(weight, min_size=n, max_size=n).filter(any))) for _ in range(count)]
    return [p / p.sum() for p in found]


@given(st.floats(1e-300, 1), st.floats(1e-300, 1), BASES)
def test_rarer_events_tell_more_in_every_base(p, q, base):
    low, high = sorted([p, q])
    assert self_information(low, base) >= self_information(high, base) >= 0
    if high - low > 1e-9 * high:
        assert self_information(low, base) > self_information(high, base)


def test_certainty_tells_nothing_and_the_impossible_tells_infinitely_much():
    found = self_information([1, 0, 0.25])
    np.testing.assert_array_equal(found, [0, math.inf, 2])
    assert not np.signbit(found).any()
    assert self_information(np.full((2, 3), 0.5)).shape == (2, 3)
    assert f"{self_information(0.5):.1f} bit" == "1.0 bit"


@given(distributions(), BASES)
def test_entropy_is_the_mean_self_information_and_is_what_scipy_says(found, base):
    (p,) = found
    possible = p[p > 0]
    assert entropy(p, base) == pytest.approx(float(possible @ self_information(possible, base)), abs=1e-12)
    assert entropy(p, base) == pytest.approx(scipy_entropy(p, base=base), abs=1e-12)
    assert 0 <= entropy(p, base) <= math.log(len(p), base) + 1e-12


@given(distributions(2), BASES)
def test_kl_is_what_scipy_says_and_infinite_exactly_where_q_misses_what_p_has(pair, base):
    p, q = pair
    found = kl_divergence(p, q, base)
    assert found >= 0
    assert (found == math.inf) == bool(((q == 0) & (p > 0)).any()) == (cross_entropy(p, q, base) == math.inf)
    if found < math.inf:
        assert found == pytest.approx(scipy_entropy(p, q, base=base), abs=1e-12)
        assert found == pytest.approx(cross_entropy(p, q, base) - entropy(p, base), abs=1e-12)


@given(distributions(2, smallest=1e-3))
def test_equal_distributions_alone_have_no_divergence(pair):
    p, q = pair
    assert kl_divergence(p, p) == 0
    # Pinsker: KL in nats is at least half the squared L1 distance.
    assert kl_divergence(p, q, math.e) >= 0.5 * np.abs(p - q).sum() ** 2 - 1e-12


def test_the_triangle_inequality_fails():
    a, b, c = [0.5, 0.5], [0.7, 0.3], [0.95, 0.05]
    assert kl_divergence(a, c) > kl_divergence(a, b) + kl_divergence(b, c) + 0.6


@given(distributions(2, smallest=1e-3))
def test_a_nat_is_1_442695_bits(pair):
    p, q = pair
    for measure in (lambda base: kl_divergence(p, q, base), lambda base: cross_entropy(p, q, base),
                    lambda base: entropy(p, base)):  # fmt: skip
        assert measure(2) == pytest.approx(measure(math.e) * 1.442695, rel=1e-6, abs=1e-15)


def test_single_precision_probabilities_are_taken():
    logits = np.random.default_rng(0).normal(size=1000).astype(np.float32)
    p = np.exp(logits) / np.exp(logits).sum()
    assert entropy(p) == pytest.approx(scipy_entropy(p.astype(np.float64), base=2), rel=1e-6)


@given(distributions(2), BASES)
def test_the_report_holds_both_directions_and_their_parts(pair, base):
    p, q = pair
    found = kl_report(p, q, base)
    assert found.kl_pq == kl_divergence(p, q, base) == kl_report(q, p, base).kl_qp
    for kl, cross, own in [
        (found.kl_pq, found.cross_entropy_pq, found.entropy_p),
        (found.kl_qp, found.cross_entropy_qp, found.entropy_q),
    ]:
        assert kl == pytest.approx(cross - own, abs=1e-12)


def test_the_report_reads_as_two_equations_with_their_unit():
    text = str(kl_report([0.9, 0.1], [0.5, 0.5]))
    assert text.splitlines() == [
        "KL(P||Q) = H(P,Q) - H(P) = 1.000000 - 0.468996 = 0.531004 bits",
        "KL(Q||P) = H(Q,P) - H(Q) = 1.736966 - 1.000000 = 0.736966 bits",
    ]
    assert str(kl_report([0.9, 0.1], [0.5, 0.5], base=math.e)).endswith("nats")
    assert str(kl_report([0.9, 0.1], [0.5, 0.5], base=3)).endswith("units of base 3")


@pytest.mark.parametrize("base", [1, 0.5, 0, -2, math.inf, math.nan, "2", None, True])
def test_a_base_that_is_not_above_one_is_refused(base):
    for measure in (self_information, entropy):
        with pytest.raises(SpecError, match="a number above 1"):
            measure([0.5, 0.5], base)
    for measure in (cross_entropy, kl_divergence, kl_report):
        with pytest.raises(SpecError, match="a number above 1"):
            measure([0.5, 0.5], [0.5, 0.5], base)


@pytest.mark.parametrize(
    ("p", "q", "words"),
    [
        ([0.5, 0.4], [0.5, 0.5], "p sums to 0.9"),
        ([0.5, 0.5], [0.5, 0.6], "q sums to 1.1"),
        ([0.5, 0.5], [1.5, -0.5], "q holds the negative value -0.5"),
        ([0.5, 0.5], [0.2, 0.3, 0.5], "p has 2 and q has 3 values"),
        ([0.5, math.nan], [0.5, 0.5], "p holds NaN"),
        (1.0, [0.5, 0.5], r"p has shape \(\)"),
    ],
)
def test_what_is_no_distribution_is_refused_in_words(p, q, words):
    for measure in (cross_entropy, kl_divergence, kl_report):
        with pytest.raises(DataError, match=words):
            measure(p, q)


def test_a_probability_outside_of_zero_to_one_is_refused():
    with pytest.raises(DataError, match=r"p has values from -0\.1 to 1\.2"):
        self_information([-0.1, 1.2])
