"""Chapter 2: self-information, entropy, cross entropy, KL."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from vaekit.theory import (
    Gaussian,
    cross_entropy,
    entropy,
    gaussian_kl,
    grid_kl,
    kl_divergence,
    kl_report,
    monte_carlo_kl,
    self_information,
)
from vaekit.tour.blocks import Block, Cell, Figure, Said, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import histogram, lines
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

EVENTS = (
    (
        Text(ko="내일도 해가 뜬다 (확률은 지어낸 값)", en="the sun rises tomorrow (a made-up probability)"),
        0.9999,
    ),
    (Text(ko="동전의 앞면", en="a coin shows heads"), 1 / 2),
    (Text(ko="주사위의 6", en="a die shows a six"), 1 / 6),
    (Text(ko="주사위 두 개가 모두 6", en="two dice show sixes"), 1 / 36),
    (Text(ko="투빅이는 사실 여우다 (지어낸 확률)", en="the mascot is a fox after all (made up)"), 0.001),
)

CLAIMS = (
    Claim(
        "B1",
        Text(
            ko="정보이론은 정보의 가치의 정도를 측정하는 응용수학의 한 갈래다.",
            en="Information theory is a branch of applied mathematics that measures the value of "
            "information.",
        ),
        Verdict.LOOSE,
        Text(
            ko="가치가 아니라 양을 잽니다. 쓸모없는 소식이라도 드문 일이면 정보량이 큽니다.",
            en="It measures the amount, not the value: useless news carries much information if it is rare.",
        ),
    ),
    Claim(
        "B2 H1",
        Text(
            ko="정보의 성질 3가지: 자주 일어나는 사건은 정보량이 적고, 독립인 사건의 정보량은 더해진다. "
            "(댓글: 로그와 음의 부호를 쓰는 이유)",
            en="Three properties of information: frequent events carry little, independent events add. (A "
            "comment: hence the logarithm and the minus sign.)",
        ),
        Verdict.MISSING,
        Text(
            ko="세 가지라고 하고 둘만 적었습니다. 빠진 것은 ‘덜 자주 일어나는 사건은 정보량이 더 "
            "크다’이고, 확실한 사건의 정보량은 0입니다. 단조 감소와 가법성에서 `−log`가 나옵니다.",
            en="Three are announced and two are listed. The missing one: a less frequent event carries "
            "more; and a certain one carries 0. Monotonicity and additivity force `−log`.",
        ),
    ),
    Claim(
        "B3",
        Text(ko="예: “투빅이는 사실 여우입니다!?”", en="Example: “the mascot is a fox, in truth!?”"),
        Verdict.EXACT,
        Text(
            ko="확률이 작을수록 정보량이 크다는 예입니다.",
            en="It illustrates that low probability is high information.",
        ),
    ),
    Claim(
        "B4",
        Text(ko="`I(X) = −log₂ P(X)`", en="`I(X) = −log₂ P(X)`"),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 로그의 밑이 2이면 단위는 비트(bit)입니다.",
            en="True; with base 2 the unit is the bit.",
        ),
    ),
    Claim(
        "B5",
        Text(
            ko="정보량의 기댓값이 엔트로피다: `H(X) = −Σ P log₂ P`.",
            en="Entropy is the mean information: `H(X) = −Σ P log₂ P`.",
        ),
        Verdict.EXACT,
        Text(
            ko="이산 변수라면 맞습니다(`0·log 0 = 0`으로 둡니다).",
            en="True for a discrete variable, with `0·log 0 = 0`.",
        ),
    ),
    Claim(
        "B6",
        Text(
            ko="교차 엔트로피의 식은 `H(P,Q) = −ΣP log₂ Q = E_P[I_Q]`인데, 문장에서는 “P의 정보량을 Q에 "
            "대해 기댓값”을 낸 것이라고 한다.",
            en="Cross entropy: the formula is `H(P,Q) = −ΣP log₂ Q = E_P[I_Q]`, the sentence says “the "
            "mean over Q of the information of P”.",
        ),
        Verdict.WRONG,
        Text(
            ko="식이 옳고 문장이 틀렸습니다. 문장은 `E_Q[I_P] = H(Q,P)`를 말하며 값이 다릅니다.",
            en="The formula is right, the sentence wrong: it describes `E_Q[I_P] = H(Q,P)`, another number.",
        ),
    ),
    Claim(
        "B7 B10",
        Text(
            ko="`KL(P‖Q) = H(P,Q) − H(P)`이고 두 분포의 차이를 나타낸다.",
            en="`KL(P‖Q) = H(P,Q) − H(P)`; it tells how P and Q differ.",
        ),
        Verdict.EXACT,
        Text(ko="맞습니다.", en="True."),
    ),
    Claim(
        "B8 H2",
        Text(
            ko="`KL(P‖Q) ≠ KL(Q‖P)`이므로 거리가 아니다. (댓글: “메트릭 … 거리이므로 항상 0보다 크거나 "
            "같다”)",
            en="`KL(P‖Q) ≠ KL(Q‖P)`, so it is not a distance. (A comment: “a metric, a distance, hence "
            "never below 0”.)",
        ),
        Verdict.LOOSE,
        Text(
            ko="결론은 맞습니다(특별한 쌍에서는 두 값이 같을 수도 있습니다). 삼각부등식도 성립하지 "
            "않습니다. 댓글은 앞뒤가 맞지 않습니다. KL이 0 이상인 것은 거리여서가 아니라 젠센 부등식 "
            "때문입니다.",
            en="The conclusion holds (special pairs may agree), and the triangle inequality fails too. The "
            "comment contradicts itself: KL is non-negative by Jensen's inequality, not because it is a "
            "distance.",
        ),
    ),
    Claim(
        "B9",
        Text(ko="젠센 부등식에 의해 항상 0 이상이다.", en="It is never below 0, by Jensen's inequality."),
        Verdict.EXACT,
        Text(
            ko="맞습니다. P = Q일 때만 0이고, P > 0인 곳에서 Q = 0이면 ∞입니다.",
            en="True: 0 only for P = Q, and ∞ where Q = 0 and P > 0.",
        ),
    ),
    Claim(
        "B11",
        Text(
            ko="여기서는 `log₂`를 쓰고, 뒤에 나오는 VAE의 손실에서는 자연로그를 쓴다.",
            en="Here logarithms have base 2; the VAE loss later has natural ones.",
        ),
        Verdict.MISSING,
        Text(
            ko="단위가 바뀐다는 말이 없습니다. `1 nat = 1.442695 bit`입니다.",
            en="That the unit changes is never said: `1 nat = 1.442695 bits`.",
        ),
    ),
    Claim(
        "B12",
        Text(ko="이산 분포의 합으로만 설명한다.", en="Only sums over discrete values are given."),
        Verdict.MISSING,
        Text(
            ko="VAE에는 연속 분포의 KL이 필요합니다. 연속 분포의 엔트로피(미분 엔트로피)는 음수일 수 "
            "있지만 KL은 여전히 0 이상입니다.",
            en="The VAE needs the KL of densities. Differential entropy may be negative; KL is not.",
        ),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """Information of events, both directions of KL, its sign and its triangles, and normal densities."""
    yield from _events()
    yield from _directions(workshop)
    yield from _many_pairs(workshop)
    yield from _normals(workshop)


def _events() -> Iterator[Block]:
    p = np.linspace(0.005, 1, 300)
    yield Figure(
        Text(ko="정보량은 확률이 작을수록 크다", en="The rarer, the more information"),
        Text(
            ko="`I = −log₂ p`, 비트. 확실한 사건(p = 1)은 0비트, 동전 한 번은 1비트입니다.",
            en="`I = −log₂ p` in bits. A certain event (p = 1) has 0 bits, a coin flip has 1.",
        ),
        lines(p, [("", self_information(p))], names=("$p$", "$I$")),
    )
    yield Table(
        Text(
            ko="사건의 정보량. 주사위 두 개가 모두 6인 사건의 정보량은 하나가 6인 사건의 정확히 두 "
            "배입니다(가법성).",
            en="Information of events. Two sixes carry exactly twice the information of one: it adds.",
        ),
        (
            Text(ko="사건", en="event"),
            Text(ko="확률", en="probability"),
            Text(ko="비트", en="bits"),
            Text(ko="내트", en="nats"),
        ),
        tuple(
            (name, p, float(self_information(p)), float(self_information(p, math.e))) for name, p in EVENTS
        ),
    )


def _directions(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("directions")
    pairs = [
        (
            Text(ko="(.9, .1)과 (.5, .5)", en="(.9, .1) and (.5, .5)"),
            np.array([0.9, 0.1]),
            np.array([0.5, 0.5]),
        ),
        (Text(ko="같은 두 분포", en="the same twice"), np.array([0.3, 0.7]), np.array([0.3, 0.7])),
        (Text(ko="Q에 0인 값이 있을 때", en="Q is 0 somewhere"), np.array([0.5, 0.5]), np.array([1.0, 0.0])),
        (
            Text(ko="값이 5개인 무작위 분포", en="5 outcomes, drawn at random"),
            rng.dirichlet(np.ones(5)),
            rng.dirichlet(np.ones(5)),
        ),
    ]
    rows: list[tuple[Cell, ...]] = []
    for name, p, q in pairs:
        found = kl_report(p, q)
        rows.append(
            (name, found.entropy_p, found.cross_entropy_pq, found.cross_entropy_qp, found.kl_pq, found.kl_qp)
        )
    yield Table(
        Text(
            ko="단위는 비트. 교차 엔트로피는 방향에 따라 값이 다르므로 글의 문장과 식은 서로 다른 것을 "
            "말합니다(B6). KL도 방향에 따라 다릅니다(B8).",
            en="In bits. The two directions of cross entropy differ, so the article's sentence and "
            "formula say different things (B6). KL has a direction too (B8).",
        ),
        (
            Text(ko="P와 Q", en="P and Q"),
            "`H(P)`",
            "`H(P,Q) = E_P[I_Q]`",
            "`H(Q,P) = E_Q[I_P]`",
            "`KL(P‖Q)`",
            "`KL(Q‖P)`",
        ),
        tuple(rows),
    )


def _many_pairs(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("pairs")
    count = min(10_000, workshop.schedule.draws)
    p, q, r = (rng.dirichlet(np.ones(3), size=count) for _ in range(3))
    kl = _rowwise(p, q)
    broken = float((_rowwise(p, r) > kl + _rowwise(q, r)).mean())
    yield Figure(
        Text(ko="무작위로 뽑은 쌍의 KL", en="KL of random pairs"),
        Text(
            ko=f"값이 세 개인 분포 {count:,}쌍의 KL(비트, 5에서 자름). 가장 작은 값이 {kl.min():.2e}비트로, "
            f"0보다 작은 것은 없습니다(B9). 그리고 세 분포를 무작위로 뽑은 경우의 {broken:.1%}에서 `KL(P‖R) "
            "> KL(P‖Q) + KL(Q‖R)`, 곧 삼각부등식이 성립하지 않았습니다(B8).",
            en=f"{count:,} pairs over three outcomes, in bits, cut at 5. The least is {kl.min():.2e} bits: "
            f"none is below 0 (B9). And for {broken:.1%} of random triples `KL(P‖R) > KL(P‖Q) + KL(Q‖R)`: "
            "the triangle inequality fails (B8).",
        ),
        histogram(np.minimum(kl, 5), names=(r"$KL(P\|Q)$", "")),
    )
    one = rng.dirichlet(np.ones(3))
    yield Said(
        Text(
            ko=f"단위: 한 분포의 엔트로피가 {entropy(one):.5f}비트, 곧 "
            f"{entropy(one, math.e):.5f}내트입니다. 둘의 비는 "
            f"{entropy(one) / entropy(one, math.e):.6f}입니다(B11).",
            en=f"Units: the entropy of one and the same distribution is {entropy(one):.5f} bits and "
            f"{entropy(one, math.e):.5f} nats; their ratio is {entropy(one) / entropy(one, math.e):.6f} "
            "(B11).",
        )
    )


def _rowwise(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """(n,) KL in bits of each row."""
    return np.asarray((p * np.log2(p / q)).sum(1))


def _normals(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("normals")
    pairs = [
        (Gaussian(1.0, var=1.0), Gaussian(0.0, var=1.0)),
        (Gaussian(0.0, var=4.0), Gaussian(0.0, var=1.0)),
        (Gaussian(0.0, var=1.0), Gaussian(0.0, var=4.0)),
        (Gaussian(float(rng.normal()), var=float(rng.uniform(0.05, 0.5))), Gaussian(0.0, var=1.0)),
    ]
    grid = np.linspace(-25, 25, 20_001)
    rows: list[tuple[Cell, ...]] = []
    for p, q in pairs:
        drawn = monte_carlo_kl(p, q, rng=rng, n_samples=workshop.schedule.draws)
        name = f"N({float(p.mean):.2f}, {float(p.var):.2f}) ‖ N({float(q.mean):.0f}, {float(q.var):.0f})"
        rows.append((name, gaussian_kl(p, q), grid_kl(p, q, grid), drawn.value, drawn.standard_error))
    yield Table(
        Text(
            ko="연속 분포의 KL(B12). 단위는 내트, 괄호 안은 평균과 분산입니다. 닫힌 형태의 식, 격자 위의 "
            f"적분, 표본 {workshop.schedule.draws:,}개의 평균이 서로 맞습니다.",
            en="KL of densities, in nats (B12); in brackets mean and variance. The closed form, an "
            f"integral over a grid, and the mean over {workshop.schedule.draws:,} draws agree.",
        ),
        (
            "`P ‖ Q`",
            Text(ko="닫힌 식", en="closed form"),
            Text(ko="격자", en="grid"),
            Text(ko="표본 평균", en="draws"),
            Text(ko="표준오차", en="standard error"),
        ),
        tuple(rows),
    )
    narrow = Gaussian(0.0, std=0.05)
    drawn_entropy = 0.5 * math.log(2 * math.pi * math.e * float(narrow.var))
    x = np.linspace(-5, 6, 400)
    wide, moved = Gaussian(0.0, var=4.0), pairs[3][0]
    yield Figure(
        Text(ko="두 정규분포, 두 방향", en="Two normal distributions, two directions"),
        Text(
            ko=f"실선 P = N({float(moved.mean):.2f}, {float(moved.var):.2f}), 파선 Q = N(0, 4). `KL(P‖Q)` = "
            f"{gaussian_kl(moved, wide):.3f}, `KL(Q‖P)` = {gaussian_kl(wide, moved):.3f} 내트. 폭이 좁은 "
            f"N(0, 0.05²)의 미분 엔트로피는 {drawn_entropy:.3f} 내트로 음수입니다.",
            en=f"Solid: P = N({float(moved.mean):.2f}, {float(moved.var):.2f}); dashed: Q = N(0, 4). "
            f"`KL(P‖Q)` = {gaussian_kl(moved, wide):.3f} and `KL(Q‖P)` = {gaussian_kl(wide, moved):.3f} "
            f"nats. The differential entropy of the narrow N(0, 0.05²) is {drawn_entropy:.3f} nats, below "
            "0.",
        ),
        lines(x, [("$P$", np.exp(moved.logpdf(x))), ("$Q$", np.exp(wide.logpdf(x)))], names=("$x$", "")),
    )
    a, b, c = (0.5, 0.5), (0.7, 0.3), (0.95, 0.05)
    yield Said(
        Text(
            ko="삼각부등식이 성립하지 않는 예: (.5,.5)에서 (.95,.05)로 곧장 가면 "
            f"{kl_divergence(a, c):.3f}비트, (.7,.3)을 거쳐 가면 "
            f"{kl_divergence(a, b) + kl_divergence(b, c):.3f}비트입니다. 처음과 끝의 `H(P,Q)`는 "
            f"{cross_entropy(a, c):.3f}비트입니다.",
            en="Where the triangle inequality fails: from (.5,.5) straight to (.95,.05) it is "
            f"{kl_divergence(a, c):.3f} bits, by way of (.7,.3) "
            f"{kl_divergence(a, b) + kl_divergence(b, c):.3f} bits. `H(P,Q)` of the first and last is "
            f"{cross_entropy(a, c):.3f} bits.",
        )
    )


CODE = """
from vaekit.theory import Gaussian, cross_entropy, entropy, gaussian_kl, kl_divergence, self_information

self_information(1 / 6)                         # 2.585 bits; base=math.e for nats
cross_entropy([0.9, 0.1], [0.5, 0.5]) - entropy([0.9, 0.1])
kl_divergence([0.9, 0.1], [0.5, 0.5])           # the same: 0.531 bits
gaussian_kl(Gaussian(1.0, var=1.0), Gaussian(0.0, var=1.0))      # 0.5 nats
"""

CHAPTER = Chapter(
    "information",
    Text(ko="정보량, 엔트로피, 교차 엔트로피, KL", en="Information, entropy, cross entropy, KL"),
    Text(
        ko="드문 일일수록 정보량이 크고, 정보량의 평균이 엔트로피입니다. 글은 교차 엔트로피를 식과 반대 "
        "방향으로 설명했고, 단위가 비트에서 내트(nat)로 바뀐다는 말을 빠뜨렸습니다.",
        en="The rarer an event, the more information it carries; the mean information is the entropy. The "
        "article's sentence on cross entropy has the direction opposite to its formula, and the change "
        "from bits to nats goes unsaid.",
    ),
    CLAIMS,
    CODE,
    show,
)
