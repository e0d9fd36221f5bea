"""Chapter 1: Bayes' rule, maximum likelihood, maximum a posteriori, ridge."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import binom

from vaekit.article import ridge_is_map
from vaekit.theory import (
    LinearGaussian,
    alpha_from,
    bayes,
    coefficient_path,
    density_erratum,
    gaussian_logpdf,
    printed_density,
    variance_over_resamples,
)
from vaekit.tour.blocks import Block, Cell, Figure, Said, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import lines, points
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

FLIPS, ROWS, DEGREE = 20, 30, 9
SIGMA2 = 0.25

CLAIMS = (
    Claim(
        "A1",
        Text(
            ko="베이즈 정리는 사전확률과 사후확률 사이의 관계다: `P(A|B) = P(B|A) P(A) / P(B)`.",
            en="Bayes' rule relates prior and posterior: `P(A|B) = P(B|A) P(A) / P(B)`.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 다만 `P(B) > 0`이어야 하고, 글의 ‘사전 확류로가’는 ‘사전 확률과’의 오타입니다.",
            en="True, where `P(B) > 0`. (The Korean text has a typing error in “prior probability”.)",
        ),
    ),
    Claim(
        "A2",
        Text(
            ko="네 항의 이름은 posterior, evidence, prior, likelihood이고 A는 관심 있는 변수, B는 A를 "
            "추측하는 수단이다.",
            en="Its four factors are posterior, evidence, prior, likelihood; A is of interest, B is the "
            "means to infer it.",
        ),
        Verdict.EXACT,
        Text(ko="맞습니다. 이 도구에서도 같은 이름을 씁니다.", en="True; the same names are used here."),
    ),
    Claim(
        "A3",
        Text(ko="MAP = Maximum A Posterior", en="MAP = Maximum A Posterior"),
        Verdict.WRONG,
        Text(
            ko="Maximum A Posteriori가 맞습니다. 댓글에서도 바로잡았습니다.",
            en="It is “maximum a posteriori”; a commenter corrects it too.",
        ),
    ),
    Claim(
        "A4",
        Text(
            ko="회귀 계수의 사후분포는 `P(w|y,X) = P(y|X,w) P(w) / P(y|X)`이다.",
            en="The posterior of regression weights is `P(w|y,X) = P(y|X,w) P(w) / P(y|X)`.",
        ),
        Verdict.EXACT,
        Text(
            ko="`w`가 사전에 `X`와 독립이면 맞습니다. 최빈값뿐 아니라 분포 전체(평균과 공분산)를 얻을 수 "
            "있습니다.",
            en="True if `w` is independent of `X` a priori. It gives a whole distribution, mean and "
            "covariance, not only a mode.",
        ),
    ),
    Claim(
        "A5 A6",
        Text(
            ko="모델링이란 P의 형태와 그 모수를 나타내는 함수의 형태를 정하는 것이다. 선형 회귀에서는 `μ = "
            "a₀ + a₁x₁ + … + aₙxₙ`이다.",
            en="Modelling is to choose the form of P and of its parameter; in linear regression `μ = a₀ + "
            "a₁x₁ + … + aₙxₙ`.",
        ),
        Verdict.EXACT,
        Text(
            ko="좋은 정의입니다. 우도, 평균 함수, 사전분포를 따로따로 고르는 일입니다.",
            en="A fair definition: likelihood, mean function and prior are three separate choices.",
        ),
    ),
    Claim(
        "A7",
        Text(ko="MLE는 우도를 최대화한다.", en="MLE maximises the likelihood."),
        Verdict.EXACT,
        Text(
            ko="`w`에 대해 최대화합니다. 댓글(정재윤)의 ‘주어진 파라미터를 기반으로 … 최대화’는 느슨한 "
            "표현입니다.",
            en="Over `w`, that is. A commenter's “maximise based on given parameters” is loose.",
        ),
    ),
    Claim(
        "A8",
        Text(
            ko="볼록 함수(convex function)를 만들려고 음의 로그우도를 쓴다.",
            en="The negative log-likelihood is used to make the function convex.",
        ),
        Verdict.LOOSE,
        Text(
            ko="로그는 단조 함수라 최적점이 그대로이고 부호는 최대화를 최소화로 바꿀 뿐입니다. `w`에 대한 "
            "볼록성은 `−log`가 아니라 가우시안 선형 모델의 성질입니다(헤시안 `XᵀX/σ²`이 양의 준정부호).",
            en="The logarithm is monotone, so the optimum stays, and the sign only turns max into min. "
            "Convexity in `w` is a property of the Gaussian linear model (its Hessian `XᵀX/σ²` is "
            "positive semi-definite), not of taking `−log`.",
        ),
    ),
    Claim(
        "A9",
        Text(
            ko="정규 밀도는 `(2πσ)^(−1/2) exp(−½ (y−μ)ᵀ σ^(−1/2) (y−μ))`이다.",
            en="The normal density is `(2πσ)^(−1/2) exp(−½ (y−μ)ᵀ σ^(−1/2) (y−μ))`.",
        ),
        Verdict.WRONG,
        Text(
            ko="지수 안의 거듭제곱이 틀렸습니다. σ가 분산이면 `(2πσ)^(−1/2) exp(−½ (y−μ)²/σ)`, 표준편차면 "
            "`(2πσ²)^(−1/2) exp(−(y−μ)²/(2σ²))`입니다. 글의 식을 적분하면 1이 아니라 `σ^(−1/4)`이 나오므로 "
            "σ = 1일 때만 밀도입니다.",
            en="The power in the exponent is wrong. With σ a variance it is `(2πσ)^(−1/2) exp(−½ "
            "(y−μ)²/σ)`, with σ a standard deviation `(2πσ²)^(−1/2) exp(−(y−μ)²/(2σ²))`. The printed "
            "formula integrates to `σ^(−1/4)`, so it is a density only at σ = 1.",
        ),
    ),
    Claim(
        "A10",
        Text(ko="y가 하나의 값이므로 σ는 상수다.", en="y is one value, so σ is a constant."),
        Verdict.LOOSE,
        Text(
            ko="y가 스칼라이면 σ도 스칼라일 뿐이고, σ가 모든 데이터에서 같다는 것은 등분산성 가정입니다. "
            "그때 σ²의 최대우도 추정값은 `σ̂² = SSE/n`입니다.",
            en="A scalar y makes σ a scalar; that it is the same for every row is the assumption of "
            "homoscedasticity. The maximum likelihood estimate of σ² is then `σ̂² = SSE/n`.",
        ),
    ),
    Claim(
        "A11",
        Text(ko="`(y−μ)ᵀ(y−μ)`는 MSE와 같다.", en="`(y−μ)ᵀ(y−μ)` is the MSE."),
        Verdict.LOOSE,
        Text(
            ko="평균이 아니라 합, 곧 `SSE = n·MSE`입니다. 최소점은 같지만 이 n배 차이가 릿지의 세기를 정할 "
            "때 문제가 됩니다(A18).",
            en="It is the sum, `SSE = n·MSE`. The minimiser is the same, but the factor n matters for the "
            "strength of ridge (A18).",
        ),
    ),
    Claim(
        "A12",
        Text(
            ko="그래서 선형 회귀의 목적함수는 MSE가 된다.",
            en="So the objective of linear regression is the MSE.",
        ),
        Verdict.EXACT,
        Text(
            ko="최소점은 같으므로 맞습니다. `NLL = (n/2) log(2πσ²) + n·MSE/(2σ²)`, 곧 MSE의 일차함수입니다.",
            en="Exact for the minimiser: `NLL = (n/2) log(2πσ²) + n·MSE/(2σ²)`, a straight line in the MSE.",
        ),
    ),
    Claim(
        "A13",
        Text(
            ko="MAP는 (y가 아니라) w의 사후확률을 최대화한다.",
            en="MAP maximises the posterior of w, not of y.",
        ),
        Verdict.EXACT,
        Text(ko="맞습니다.", en="True."),
    ),
    Claim(
        "A14",
        Text(
            ko="evidence에는 w가 없으므로 상수로 취급하며, 전체확률의 법칙으로 구할 수 있다.",
            en="The evidence has no w in it, is a constant, and follows from the law of total probability.",
        ),
        Verdict.EXACT,
        Text(
            ko="`P(y|X) = ∫P(y|X,w)P(w)dw = N(y; 0, σ²I + τ²XXᵀ)`. w에 대해서는 상수이지만 쓸모가 "
            "있습니다. `τ²`를 이 값으로 고릅니다.",
            en="`P(y|X) = ∫P(y|X,w)P(w)dw = N(y; 0, σ²I + τ²XXᵀ)`. A constant in w, but a useful one: it "
            "chooses `τ²`.",
        ),
    ),
    Claim(
        "A15",
        Text(ko="`P(w)`를 표준정규분포로 가정해 보자.", en="Take `P(w)` to be standard normal."),
        Verdict.LOOSE,
        Text(
            ko="하나의 가정이고, 절편 `a₀`에도 같은 사전분포를 두는 셈입니다. `N(0, τ²)`, 라플라스, "
            "평탄한(flat) 사전분포도 쓸 수 있습니다.",
            en="An assumption, which also puts the prior on the intercept `a₀`. `N(0, τ²)`, Laplace and "
            "flat priors are possible.",
        ),
    ),
    Claim(
        "A16 A17",
        Text(
            ko="`−log P(y|X,w) − log P(w)`로 나뉘고 뒤의 항은 `C(a₀² + … + aₙ²)` 꼴이다.",
            en="The objective splits into `−log P(y|X,w) − log P(w)`, the latter of the form `C(a₀² + … + "
            "aₙ²)`.",
        ),
        Verdict.EXACT,
        Text(
            ko="w와 무관한 상수를 빼면 맞습니다. `N(0,I)`이면 `C = 1/2`, `N(0,τ²I)`이면 `C = 1/(2τ²)`입니다.",
            en="Exact up to constants without w; `C = 1/2` for `N(0,I)` and `1/(2τ²)` for `N(0,τ²I)`.",
        ),
    ),
    Claim(
        "A18",
        Text(
            ko="목적함수는 `MSE + C Σa²`이고 이것이 릿지(ridge)다.",
            en="The objective is `MSE + C Σa²`, which is ridge.",
        ),
        Verdict.LOOSE,
        Text(
            ko="꼴은 맞지만 상수를 밝혀야 합니다. `SSE + (σ²/τ²)‖w‖²` 또는 `MSE + (σ²/(nτ²))‖w‖²`입니다. "
            "scikit-learn의 alpha는 앞의 `σ²/τ²`이고, 보통의 릿지는 글과 달리 절편에 벌점을 주지 않습니다.",
            en="The form is right, the constant must be said: `SSE + (σ²/τ²)‖w‖²`, or `MSE + "
            "(σ²/(nτ²))‖w‖²`. scikit-learn's alpha is the former. Unlike in the article, the usual ridge "
            "does not penalise the intercept.",
        ),
    ),
    Claim(
        "A19",
        Text(
            ko="MLE는 `P(w)`가 균등분포인 MAP의 특수한 경우다.",
            en="MLE is the special case of MAP in which `P(w)` is uniform.",
        ),
        Verdict.EXACT,
        Text(
            ko="적분값이 무한대인(improper) 평탄한 사전분포, 또는 `τ² → ∞`의 극한이라면 맞습니다. 다만 "
            "평탄한 분포도 변수를 바꾸면 평탄하지 않으므로 ‘아무 가정도 없다’는 뜻은 아닙니다.",
            en="True for an improper flat prior, or in the limit `τ² → ∞`. A flat prior is not flat after "
            "a change of variables, so it does not mean “no assumption”.",
        ),
    ),
    Claim(
        "A20",
        Text(
            ko="`P(w)`를 안다면 MAP로 접근하는 것이 올바르다.",
            en="If `P(w)` is known, MAP is the right approach.",
        ),
        Verdict.LOOSE,
        Text(
            ko="지나친 말입니다. 사전분포를 안다면 사후분포 전체로 예측하는 것이 최적이고, MAP는 그 최빈값 "
            "하나만 쓰는 방법입니다. 가우시안 모델에서는 최빈값과 평균이 같습니다.",
            en="An overclaim: with a known prior it is optimal to predict with the whole posterior, of "
            "which MAP is only the mode. In the Gaussian model mode and mean agree.",
        ),
    ),
    Claim(
        "A21",
        Text(
            ko="보통은 `P(w)`를 몰라 어쩔 수 없이 균등분포로 가정하고 MLE로 학습한다.",
            en="Usually `P(w)` is unknown, so one has to assume a uniform one and use MLE.",
        ),
        Verdict.LOOSE,
        Text(
            ko="어쩔 수 없지는 않습니다. `τ²`를 evidence나 교차검증으로 추정할 수 있습니다.",
            en="One does not have to: `τ²` can be estimated by the evidence or by cross-validation.",
        ),
    ),
    Claim(
        "A22",
        Text(
            ko="목적은 train set을 맞추는 것이 아니라 올바른 관계를 얻는 것이다.",
            en="The aim is not to fit the training set but to find the true relation.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. α에 따른 학습 오차와 새 데이터의 오차를 그려 보면 드러납니다.",
            en="Fair, and visible when training and test error are drawn against α.",
        ),
    ),
    Claim(
        "H6",
        Text(ko="MAP에서 릿지와 라쏘가 나온다.", en="Both ridge and lasso come from MAP."),
        Verdict.EXACT,
        Text(
            ko="맞습니다. `Laplace(b)` 사전분포를 쓰면 `SSE + (2σ²/b)‖w‖₁`이 되고, scikit-learn의 "
            "Lasso에서는 alpha = `σ²/(nb)`입니다.",
            en="True: a `Laplace(b)` prior gives `SSE + (2σ²/b)‖w‖₁`, which is `σ²/(nb)` as the alpha of "
            "scikit-learn's Lasso.",
        ),
    ),
    Claim(
        "H13",
        Text(
            ko="MAP는 학습 데이터에 덜 의존하고, 릿지는 변수의 설명력을 제한하며, 제곱오차는 공분산이 "
            "단위행렬인 가우시안에 해당한다.",
            en="MAP depends less on the training set; ridge limits what a variable may explain; squared "
            "error is a Gaussian with identity covariance.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. ‘덜 의존한다’는 데이터를 다시 뽑았을 때 추정값의 분산이 작다는 뜻이고, 그 대가는 "
            "편향입니다.",
            en="Right. “Depends less” is a smaller variance over resampled data, and its price is a bias.",
        ),
    ),
    Claim(
        "H15",
        Text(
            ko="사후분포는 사전분포×우도에 비례하고 MLE는 MAP의 근사다.",
            en="The posterior is proportional to prior × likelihood, and MLE approximates MAP.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 같은 댓글의 `L = −E_q[log p(x|z)] + KL(q(z|x)‖p(z))`도 옳으며, ELBO 장에서 "
            "다룹니다.",
            en="Right; so is the same comment's `L = −E_q[log p(x|z)] + KL(q(z|x)‖p(z))`, which the "
            "chapter on the ELBO takes up.",
        ),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """Bayes by a coin, the erratum, NLL and MSE, ridge as MAP, the posterior, and what it costs to fit too well."""
    yield from _coin(workshop)
    yield from _erratum()
    yield from _straight_line(workshop)
    yield from _six_estimates(workshop)
    yield from _bands(workshop)
    yield from _strengths(workshop)


def _coin(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("coin")
    truth = float(rng.uniform(0.2, 0.8))
    heads = int(rng.binomial(FLIPS, truth))
    grid = np.linspace(0, 1, 401)
    found = bayes(6 * grid * (1 - grid), binom.pmf(heads, FLIPS, grid), grid=grid)
    mode = float(grid[found.posterior.argmax()])
    yield Figure(
        Text(ko="동전으로 보는 베이즈 정리", en="Bayes' rule, by a coin"),
        Text(
            ko=f"앞면이 나올 확률을 A, {FLIPS}번 던져 앞면이 {heads}번 나온 것을 B라고 합니다. 그림의 "
            f"우도는 넓이가 1이 되도록 맞췄습니다. evidence `P(B) = {found.evidence:.4f}`, MLE "
            f"`{heads / FLIPS:.3f}`, MAP `{mode:.3f}` (숨은 참값 {truth:.3f}).",
            en=f"A is the probability of heads, B is {heads} heads in {FLIPS} flips. The likelihood is "
            f"drawn with area 1. Evidence `P(B) = {found.evidence:.4f}`, MLE `{heads / FLIPS:.3f}`, MAP "
            f"`{mode:.3f}` (hidden truth {truth:.3f}).",
        ),
        lines(
            grid,
            [
                ("$P(A)$", found.prior),
                ("$P(B|A)$", found.likelihood / np.trapezoid(found.likelihood, grid)),
                ("$P(A|B)$", found.posterior),
            ],
            names=("$A$", ""),
        ),
    )


def _erratum() -> Iterator[Block]:
    y = np.linspace(-6, 6, 601)
    yield Figure(
        Text(ko="글의 정규 밀도와 올바른 밀도 (A9)", en="The printed density against the right one (A9)"),
        Text(
            ko="분산 σ = 4. 실선이 올바른 밀도, 파선이 글의 식입니다.",
            en="Variance σ = 4. The solid line is the right density, the dashed one the printed formula.",
        ),
        lines(
            y,
            [("", np.exp(gaussian_logpdf(y, 0, var=4.0))), ("", printed_density(y, 0, 4.0))],
            names=("$y$", ""),
        ),
    )
    found = [density_erratum(sigma) for sigma in (0.25, 1.0, 4.0)]
    yield Table(
        Text(
            ko="두 식을 수치적분한 값입니다. 밀도라면 1이어야 합니다.",
            en="Both formulas integrated numerically. A density gives 1.",
        ),
        ("`σ`", Text(ko="올바른 식", en="the right one"), Text(ko="글의 식", en="as printed"), "`σ^(−1/4)`"),
        tuple((each.sigma, each.correct, each.printed, each.predicted) for each in found),
    )


def _straight_line(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("line")
    x = rng.normal(size=ROWS)
    y = 1 + 2 * x + rng.normal(scale=SIGMA2**0.5, size=ROWS)
    slopes = np.linspace(0, 4, 25)
    away = y[:, None] - 1 - x[:, None] * slopes
    mse = (away**2).mean(0)
    nll = -gaussian_logpdf(away, 0, var=SIGMA2).sum(0)
    slope, intercept = np.polyfit(mse, nll, 1)
    yield Figure(
        Text(ko="NLL은 MSE의 일차함수다 (A12)", en="The NLL is a straight line in the MSE (A12)"),
        Text(
            ko=f"점마다 `w`의 기울기 계수를 다르게 두었습니다. 점들에 맞춘 직선의 기울기는 {slope:.4f}, "
            f"절편은 {intercept:.4f}이고, 식에서 나오는 값은 `n/(2σ²)` = {ROWS / (2 * SIGMA2):.4f}, `(n/2) "
            f"log(2πσ²)` = {ROWS / 2 * np.log(2 * np.pi * SIGMA2):.4f}입니다.",
            en=f"Each point is another slope in `w`. A line through them has slope {slope:.4f} and "
            f"intercept {intercept:.4f}; the formula says `n/(2σ²)` = {ROWS / (2 * SIGMA2):.4f} and `(n/2) "
            f"log(2πσ²)` = {ROWS / 2 * np.log(2 * np.pi * SIGMA2):.4f}.",
        ),
        points(mse, nll, names=("MSE", "NLL")),
    )


NAMES = {
    "truth": Text(ko="참값", en="the truth"),
    "MLE (flat prior)": Text(ko="MLE (평탄한 사전분포)", en="MLE (flat prior)"),
    "MAP, normal prior": Text(ko="MAP, 정규 사전분포", en="MAP, normal prior"),
    "MAP, tau2 by the evidence": Text(ko="MAP, `τ²`를 evidence로", en="MAP, `τ²` by the evidence"),
    "MAP, tau2 by cross-validation": Text(ko="MAP, `τ²`를 교차검증으로", en="MAP, `τ²` by cross-validation"),
    "MAP, Laplace prior (lasso)": Text(ko="MAP, 라플라스 사전분포 (라쏘)", en="MAP, Laplace prior (lasso)"),
    "scikit-learn's Ridge": Text(ko="scikit-learn의 Ridge", en="scikit-learn's Ridge"),
}


def _six_estimates(workshop: Workshop) -> Iterator[Block]:
    found = ridge_is_map(workshop.rng("ridge"), rows=20, features=8)
    rows = found.as_dicts()
    columns = ("alpha", "a0", "a1", "train_mse", "test_mse", "log_evidence")
    cells: list[tuple[Cell, ...]] = [
        (NAMES.get(row["estimate"], str(row["estimate"])), *(float(row[name]) for name in columns))
        for row in rows
    ]
    by_name = {row["estimate"]: np.array([row[f"a{i}"] for i in range(9)]) for row in rows}
    away = np.abs(by_name["MAP, normal prior"] - by_name["scikit-learn's Ridge"]).max()
    yield Table(
        Text(
            ko="데이터 20개, 변수 8개, `σ² = τ² = 1`. MAP의 계수와 Ridge(alpha = `σ²/τ²`)의 계수는 많아야 "
            f"{away:.1e}만큼 다릅니다(A18). 라쏘 줄의 α는 scikit-learn Lasso의 alpha입니다.",
            en="20 rows, 8 variables, `σ² = τ² = 1`. The weights of MAP and of Ridge(alpha = `σ²/τ²`) "
            f"differ by {away:.1e} at most (A18). The α in the row of the lasso is that of scikit-learn's "
            "Lasso.",
        ),
        (
            Text(ko="추정", en="estimate"),
            "`α`",
            "`a₀`",
            "`a₁`",
            Text(ko="학습 MSE", en="training MSE"),
            Text(ko="새 데이터 MSE", en="test MSE"),
            "`log P(y|X)`",
        ),
        tuple(cells),
    )


def _bands(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("curve")
    phase = rng.uniform(0, 2 * np.pi)
    x = np.sort(rng.uniform(-1, 1, ROWS // 2))
    y = np.sin(3 * x + phase) + rng.normal(scale=SIGMA2**0.5, size=len(x))
    new = rng.uniform(-1, 1, 400)
    new_y = np.sin(3 * new + phase) + rng.normal(scale=SIGMA2**0.5, size=400)
    basis = _polynomials(x)
    grid = np.linspace(-1, 1, 200)
    mle = LinearGaussian("flat", SIGMA2).fit(basis, y)
    best = LinearGaussian("normal", SIGMA2, tau2="evidence").fit(basis, y)
    mean, std = best.predict(_polynomials(grid), return_std=True)
    fitted = np.clip(mle.predict(_polynomials(grid)), -3.5, 3.5)
    yield Figure(
        Text(ko="MLE, MAP와 사후 예측 (A20, A21)", en="MLE, MAP and the posterior predictive (A20, A21)"),
        Text(
            ko=f"{DEGREE}차 다항식을 {len(x)}개 점에 맞췄습니다. 파선은 MLE(±3.5에서 자름), 실선은 "
            f"evidence로 `τ² = {best.tau2_:.3g}`를 고른 MAP, 띠는 새 y의 ±2 표준편차입니다. 이 띠는 MAP라는 "
            "점 하나로는 얻을 수 없고 사후분포 전체가 있어야 얻습니다.",
            en=f"A polynomial of degree {DEGREE} through {len(x)} points. Dashed: MLE (cut at ±3.5). "
            f"Solid: MAP with `τ² = {best.tau2_:.3g}` chosen by the evidence; the band is ±2 standard "
            "deviations of a new y, which the whole posterior gives and its mode alone does not.",
        ),
        lines(
            grid,
            [("", mean), ("", fitted)],
            names=("$x$", "$y$"),
            band=(mean - 2 * std, mean + 2 * std),
            dots=(x, y),
        ),
    )
    path = coefficient_path(basis, y, np.geomspace(1e-6, 1e3, 60), test=(_polynomials(new), new_y))
    assert path.test_mse is not None
    best_alpha = float(path.alphas[path.test_mse.argmin()])
    yield Figure(
        Text(ko="학습 오차와 새 데이터의 오차 (A22)", en="Training error and test error (A22)"),
        Text(
            ko="실선은 학습 MSE, 파선은 새 데이터 400개의 MSE(10에서 자름)입니다. 학습 오차는 α가 커질수록 "
            f"커지기만 하지만 새 데이터의 오차는 `α = {best_alpha:.2g}`에서 가장 작습니다. evidence가 고른 "
            f"값은 `{best.alpha_:.2g}`입니다.",
            en="Solid: training MSE. Dashed: MSE of 400 new points (cut at 10). The training error only "
            f"rises with α; the test error is least at `α = {best_alpha:.2g}`. The evidence chose "
            f"`{best.alpha_:.2g}`.",
        ),
        lines(
            path.alphas,
            [("", path.train_mse), ("", np.minimum(path.test_mse, 10))],
            names=(r"$\alpha$", "MSE"),
            log_x=True,
            log_y=True,
        ),
    )


def _polynomials(x: np.ndarray) -> np.ndarray:
    """(n,) -> (n, DEGREE): Legendre polynomials without the constant."""
    return np.asarray(np.polynomial.legendre.legvander(x, DEGREE)[:, 1:])


def _strengths(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("limit")
    X = rng.normal(size=(ROWS, 5))
    y = 1 + X @ rng.normal(size=5) + rng.normal(size=ROWS)
    mle = LinearGaussian("flat", 1.0).fit(X, y).weights_
    rows: list[tuple[Cell, ...]] = []
    for tau2 in (0.01, 1.0, 100.0, 1e4, 1e8):
        found = LinearGaussian("normal", 1.0, tau2).fit(X, y)
        away = float(np.linalg.norm(found.weights_ - mle))
        rows.append((tau2, alpha_from(1.0, tau2, ROWS), alpha_from(1.0, tau2, ROWS, "mse"), away))
    yield Table(
        Text(
            ko="`τ²`가 커지면 MAP는 MLE가 됩니다(A19). 같은 해를 주는 α는 SSE 꼴이 MSE 꼴의 n = "
            f"{ROWS}배입니다(A11, A18). `σ² = 1`.",
            en="As `τ²` grows, MAP becomes MLE (A19). For the same solution the α of the SSE form is n = "
            f"{ROWS} times that of the MSE form (A11, A18). `σ² = 1`.",
        ),
        (
            "`τ²`",
            Text(ko="α, SSE 꼴", en="α, SSE form"),
            Text(ko="α, MSE 꼴", en="α, MSE form"),
            "`‖w_MAP − w_MLE‖`",
        ),
        tuple(rows),
    )
    again = variance_over_resamples(X, y, rng=rng, sigma2=1.0, tau2=1.0, resamples=200)
    yield Said(
        Text(
            ko="잡음만 다시 뽑은 데이터 200벌로 추정하면 계수들의 분산을 더한 값이 MLE는 "
            f"{again.mle_variance.sum():.4f}, MAP {again.map_variance.sum():.4f}입니다. MAP가 학습 데이터에 "
            "덜 의존한다는 댓글(H13)은 이런 뜻입니다.",
            en="Over 200 data sets with new noise the variances of the weights sum to "
            f"{again.mle_variance.sum():.4f} for MLE and {again.map_variance.sum():.4f} for MAP: this is "
            "the sense in which MAP depends less on the training set (H13).",
        )
    )


CODE = """
from vaekit.theory import LinearGaussian, alpha_from, bayes

bayes(prior=[0.99, 0.01], likelihood=[0.05, 0.9]).posterior
rows, targets = X.reshape(len(X), -1)[:, 20:24], X.reshape(len(X), -1)[:, 28]
mle = LinearGaussian(prior="flat").fit(rows, targets)
best = LinearGaussian(prior="normal", tau2="evidence").fit(rows, targets)
best.weights_, best.covariance_, best.log_evidence()
best.negative_log_posterior()                   # each term by name
alpha_from(sigma2=1.0, tau2=0.5, n=100)         # the alpha of scikit-learn's Ridge
"""

CHAPTER = Chapter(
    "bayes",
    Text(ko="베이즈 정리, MLE, MAP, 릿지", en="Bayes' rule, MLE, MAP, ridge"),
    Text(
        ko="회귀 계수를 확률로 다루면 최소제곱은 MLE가 되고 릿지는 MAP가 됩니다. 글의 흐름은 옳지만 정규 "
        "밀도의 식이 틀렸고 릿지의 상수가 빠져 있습니다.",
        en="Treat the weights of a regression as random: least squares is MLE and ridge is MAP. The "
        "article's line of thought is right, but its density is misprinted, and the constant of ridge is "
        "missing.",
    ),
    CLAIMS,
    CODE,
    show,
)
