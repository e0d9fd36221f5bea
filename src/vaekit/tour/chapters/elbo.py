"""Chapter 4: the evidence lower bound, and the two KLs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from vaekit.kinds import Array
from vaekit.theory import Gaussian, gaussian_kl, monte_carlo_kl
from vaekit.tour.blocks import Block, Cell, Figure, Said, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import density_and_ellipses, lines
from vaekit.tour.models import MODELS
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

DRAWS = (1, 5, 50, 500)
GRID, REACH = 81, 4.0
CLOSER = 4
"""Times that the grid is laid again, closer around what it found."""

CLAIMS = (
    Claim(
        "D1",
        Text(ko="ELBO Loss는 VAE의 손실 함수다.", en="The ELBO loss is the loss function of a VAE."),
        Verdict.LOOSE,
        Text(ko="부호에 주의하십시오. 손실은 −ELBO입니다.", en="Mind the sign: the loss is −ELBO."),
    ),
    Claim(
        "D2",
        Text(
            ko="`log P(X)`는 ELBO(빨강)와 KL(파랑)로 나뉜다.",
            en="`log P(X)` splits into the ELBO (red) and a KL (blue).",
        ),
        Verdict.EXACT,
        Text(
            ko="`log p(x) = ELBO(q) + KL(q(z|x)‖p(z|x))`. 두 번째 자리는 사후분포 `p(z|x)`입니다. "
            "`p(z)`라고 적은 글들도 있으나 틀린 것입니다.",
            en="`log p(x) = ELBO(q) + KL(q(z|x)‖p(z|x))`. The second argument is the posterior `p(z|x)`; "
            "some pages print `p(z)`, which is wrong.",
        ),
    ),
    Claim(
        "D3 H14",
        Text(
            ko="파란색 KL은 gradient를 한 번 갱신할 때마다 계산이 너무 많아 구하기 어렵다. (질문: "
            "`p(z|x)`를 모른다는 것과 같은 말인가?)",
            en="The blue KL takes too much computation per update. (A reader asks: is that the same as "
            "“`p(z|x)` is unknown”?)",
        ),
        Verdict.LOOSE,
        Text(
            ko="네, 같은 말입니다. `p(z|x) = p(x|z)p(z)/p(x)`를 구하려면 `p(x) = ∫p(x|z)p(z)dz`가 "
            "필요한데, 이 적분은 고차원에서는 계산할 수 없습니다. 잠재 차원이 2이면 구적법(수치적분)으로 "
            "계산할 수 있고, 아래에서 실제로 계산합니다.",
            en="Yes, it is: `p(z|x) = p(x|z)p(z)/p(x)` needs `p(x) = ∫p(x|z)p(z)dz`, which cannot be "
            "computed in many dimensions. With 2 latent values it can, by quadrature, and is computed "
            "below.",
        ),
    ),
    Claim(
        "D4",
        Text(
            ko="하한(ELBO)은 계산할 수 있으므로 이를 높여 최적화를 근사한다.",
            en="The lower bound can be computed, so one raises it instead.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 다만 ELBO가 오른 까닭은 `log p(x)`가 커져서가 아니라 둘의 간격이 줄어서일 수도 "
            "있습니다.",
            en="True. But a higher ELBO may come from a smaller gap and not from a higher `log p(x)`.",
        ),
    ),
    Claim(
        "D5",
        Text(
            ko="손실은 복원 항과 규제 항의 합이고, 가우시안끼리의 KL은 간단히 정리된다.",
            en="The loss is reconstruction plus regularisation, and the KL of two Gaussians is simple.",
        ),
        Verdict.EXACT,
        Text(
            ko="`N(0, I)`에 대해 `½ Σ(μ² + σ² − ln σ² − 1)`입니다. 이것은 사전분포와의 KL이며 D2의 KL과 "
            "다릅니다.",
            en="Against `N(0, I)` it is `½ Σ(μ² + σ² − ln σ² − 1)`. This is the KL to the prior, not that "
            "of D2.",
        ),
    ),
    Claim(
        "D6",
        Text(
            ko="연속 변수이면 가우시안, 이산 변수이면 교차 엔트로피를 쓴다. (댓글에서는 이를 ‘ELBO "
            "부분’이라고 부른다)",
            en="Gaussian for continuous, cross entropy for discrete variables (comments say “the ELBO "
            "part”).",
        ),
        Verdict.LOOSE,
        Text(
            ko="ELBO가 아니라 복원 항에 대해서만 맞습니다. 공분산이 단위행렬이면 `½‖x−x̂‖² + (D/2) ln "
            "2π`입니다. 0과 1 사이의 회색 픽셀에 베르누이 손실을 쓰면 정규화된 우도가 아니고, 완벽하게 "
            "복원해도 손실이 0이 되지 않습니다.",
            en="True of the reconstruction term only. With identity covariance it is `½‖x−x̂‖² + (D/2) ln "
            "2π`. A Bernoulli loss on grey pixels is not a normalised likelihood; it stays above 0 even "
            "for a perfect reconstruction.",
        ),
    ),
    Claim(
        "D7",
        Text(ko="(재매개변수화 트릭은 나오지 않음)", en="(The reparameterisation trick is not mentioned.)"),
        Verdict.MISSING,
        Text(
            ko="`z = μ + σ·ε`로 쓰면 표본 추출을 거쳐 기울기가 전달됩니다. 글이 바탕으로 삼은 두 "
            "코드(TensorFlow 튜토리얼, 이활석)에는 있고, 이것이 없으면 인코더를 이렇게 학습할 수 없습니다.",
            en="Writing `z = μ + σ·ε` lets gradients pass through draws. Both codes that the article "
            "builds on (the TensorFlow tutorial, Hwalsuk Lee's) have it; without it the encoder could not "
            "be trained this way.",
        ),
    ),
    Claim(
        "H5",
        Text(
            ko="KL은 계산이 많이 들어서 가우시안을 가정하고, 음의 로그우도인 ELBO를 최대화해 손실을 "
            "최소화한다.",
            en="The KL is expensive, so a Gaussian is assumed; the ELBO, a negative log-likelihood, is "
            "maximised.",
        ),
        Verdict.LOOSE,
        Text(
            ko="`KL(q‖p(z|x))`와 `KL(q‖p(z))`를 혼동했습니다. ELBO는 음의 로그우도가 아니라 로그우도의 "
            "하한입니다.",
            en="It mixes `KL(q‖p(z|x))` with `KL(q‖p(z))`. The ELBO is a lower bound on the "
            "log-likelihood, not on its negative.",
        ),
    ),
    Claim(
        "H7",
        Text(
            ko="KL을 최소로 하는 φ를 찾고 싶지만 `p(z|x)`를 모르므로 φ에 대해 ELBO를 최대화한다.",
            en="One wants the φ of least KL; `p(z|x)` being unknown, one maximises the ELBO over φ.",
        ),
        Verdict.EXACT,
        Text(ko="디코더의 θ를 고정하면 맞습니다.", en="Right for a fixed decoder θ."),
    ),
    Claim(
        "H12",
        Text(
            ko="VAE의 목적은 `p(x)`를 최대화하는 것이고, 복원 항은 가정한 분포에 따라 교차 엔트로피나 MSE다.",
            en="The objective of a VAE is to maximise `p(x)`; the reconstruction term is cross entropy or "
            "MSE, by the distribution assumed.",
        ),
        Verdict.EXACT,
        Text(ko="좋은 요약입니다.", en="A sound summary."),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """The decomposition on three models, a true posterior beside q, bounds that rise with draws, and the pieces."""
    yield from _three_models(workshop)
    yield from _posterior(workshop)
    yield from _bounds(workshop)
    yield from _curve(workshop)
    yield from _pieces(workshop)


METHODS = {
    "exact": Text(ko="닫힌 식", en="closed form"),
    "quadrature": Text(ko="구적법", en="quadrature"),
    "importance": Text(ko="중요도 표집", en="importance sampling"),
}


def _three_models(workshop: Workshop) -> Iterator[Block]:
    rows = workshop.test[: workshop.schedule.decomposed]
    cells: list[tuple[Cell, ...]] = []
    for name in ("ppca", "vae", "vae-8"):
        found = workshop.model(name).elbo_decomposition(rows)
        means = found.means()
        cells.append(
            (
                MODELS[name].title,
                means["reconstruction"],
                means["kl_to_prior"],
                means["elbo"],
                means["kl_to_posterior"],
                means["log_px"],
                means["elbo"] + means["kl_to_posterior"] - means["log_px"],
                METHODS[found.method],
            )
        )
    yield Table(
        Text(
            ko="`log p(x) = ELBO + KL(q‖p(z|x))`, ELBO = 복원 − `KL(q‖p(z))`. 테스트 데이터 "
            f"{len(rows)}개의 평균, 단위는 내트(D2, D5). 앞의 두 방법은 사후분포와의 KL을 따로 구하므로 "
            "‘남는 차이’로 검산할 수 있습니다. 중요도 표집에서는 KL을 그 차이로 정의하므로 0이 됩니다.",
            en="`log p(x) = ELBO + KL(q‖p(z|x))`, `ELBO = reconstruction − KL(q‖p(z))`; means over "
            f"{len(rows)} rows not trained on, nats (D2, D5). The first two methods compute the KL to the "
            "posterior on its own, so “left over” checks the identity; with importance sampling that KL is "
            "the difference itself, and 0 is left.",
        ),
        (
            Text(ko="모델", en="model"),
            Text(ko="복원", en="reconstruction"),
            "`KL(q‖p(z))`",
            "ELBO",
            "`KL(q‖p(z|x))`",
            "`log p(x)`",
            Text(ko="남는 차이", en="left over"),
            Text(ko="방법", en="method"),
        ),
        tuple(cells),
    )
    yield Said(_OF_UNITS[workshop.data])


_OF_UNITS = {
    "digits": Text(
        ko="`log p(x)`가 양수여도 이상한 것이 아닙니다. 여기서 `p(x)`는 밀도이고, 밀도는 1보다 클 수 "
        "있습니다(B12).",
        en="A `log p(x)` above 0 is no fault: here it is a density, and densities may exceed 1 (B12).",
    ),
    "mnist": Text(
        ko="확률적 PCA는 회색 값의 밀도를, VAE는 0과 1의 확률을 말하므로 두 모델의 `log p(x)`는 서로 견줄 수 없습니다. "
        "견줄 것은 한 줄 안의 값들입니다.",
        en="Probabilistic PCA gives a density of grey values, the VAEs a probability of zeros and ones, so their "
        "`log p(x)` do not compare with each other; the values within a row do.",
    ),
}


def _posterior(workshop: Workshop) -> Iterator[Block]:
    vae = workshop.model("vae")
    at = int(workshop.rng("which row").integers(len(workshop.test)))
    row = workshop.test[at : at + 1]
    kl = float(vae.elbo_decomposition(row).kl_to_posterior[0])
    first, second, density, ellipse = _posterior_and_q(vae.model_, torch.from_numpy(vae._given(row, None)[0]))
    yield Figure(
        Text(ko="참 사후분포와 q", en="The true posterior and q"),
        Text(
            ko=f"테스트 데이터 {at}번(숫자 {workshop.test_y[at]}). 파란 등고선이 격자에서 계산한 `p(z|x)`, "
            f"주황색 타원이 `q(z|x)`의 1, 2 표준편차입니다. 이 데이터의 `KL(q‖p(z|x))`는 {kl:.3f} "
            "내트입니다. 잠재 차원이 2이면 이처럼 계산할 수 있습니다(D3).",
            en=f"Test row {at}, a {workshop.test_y[at]}. Blue: `p(z|x)` by a grid; orange: one and two "
            f"standard deviations of `q(z|x)`. For this row `KL(q‖p(z|x))` is {kl:.3f} nats. With "
            "2 latent values it can be computed (D3).",
        ),
        density_and_ellipses(first, second, density, [ellipse]),
    )


def _posterior_and_q(
    model: Any, x: torch.Tensor
) -> tuple[Array, Array, Array, tuple[float, float, float, float]]:
    """p(z | x) of one row x (1, *event) over a grid that holds it and q: both axes, the density, the ellipse of q."""
    with torch.no_grad():
        evidence = model(x, torch.zeros(1, 1, model.posterior.noise_size))
    centre = evidence.q.mean[0].double().numpy()
    spread = evidence.q.variance[0].double().sqrt().numpy()
    low, high = np.minimum(centre - 3 * spread, -REACH), np.maximum(centre + 3 * spread, REACH)
    for _ in range(CLOSER):
        axes = np.linspace(low, high, GRID)
        density = _density(model, x, evidence.c, axes)
        share = np.stack((density.sum(0), density.sum(1)), 1) / density.sum()
        mean = (share * axes).sum(0)
        wide = np.maximum(np.sqrt((share * (axes - mean) ** 2).sum(0)), axes[1] - axes[0])
        low, high = (
            np.minimum(centre - 3 * spread, mean - 4 * wide),
            np.maximum(centre + 3 * spread, mean + 4 * wide),
        )
    ellipse = (float(centre[0]), float(centre[1]), float(spread[0]), float(spread[1]))
    return axes[:, 0], axes[:, 1], density, ellipse


def _density(model: Any, x: torch.Tensor, c: Any, axes: Array) -> Array:
    """p(z | x) over the plane of axes (GRID, 2), the second value upwards, with its maximum at 1."""
    z = torch.from_numpy(np.stack(np.meshgrid(*axes.T), -1).reshape(-1, 1, 2)).float()
    with torch.no_grad():
        log_joint = model.decode(z, c).log_prob(x) + model.prior(None).log_prob(z)
    log_p = log_joint.double().numpy().reshape(GRID, GRID)
    return np.asarray(np.exp(log_p - log_p.max()))


def _bounds(workshop: Workshop) -> Iterator[Block]:
    vae = workshop.model("vae")
    rows = workshop.test[: workshop.schedule.decomposed]
    exact = vae.elbo_decomposition(rows).means()
    found = [float(vae.log_likelihood(rows, n_samples=count).value) for count in DRAWS]
    yield Figure(
        Text(ko="표본이 많을수록 높아지는 하한", en="The bound tightens with K draws"),
        Text(
            ko="실선은 표본 K개로 구한 중요도 가중 하한(IWAE-K), 파선은 구적법으로 구한 `log p(x)` = "
            f"{exact['log_px']:.3f}, 점선은 ELBO = {exact['elbo']:.3f}. 하한의 기댓값은 K가 커질수록 "
            f"올라갑니다. 여기서는 차례로 {', '.join(f'{value:.3f}' for value in found)}입니다.",
            en="Solid: the importance-weighted bound of K draws (IWAE-K). Dashed: `log p(x)` = "
            f"{exact['log_px']:.3f} by quadrature; dotted: ELBO = {exact['elbo']:.3f}. Its expectation "
            f"rises with K; here it is {', '.join(f'{value:.3f}' for value in found)}.",
        ),
        lines(
            DRAWS,
            [("", found), ("", [exact["log_px"]] * len(DRAWS)), ("", [exact["elbo"]] * len(DRAWS))],
            names=("$K$", ""),
            log_x=True,
        ),
    )


def _curve(workshop: Workshop) -> Iterator[Block]:
    history = workshop.model("vae").history_
    epochs = [int(row["epoch"]) for row in history]
    bound = [-float(row["loss"]) for row in history]
    yield Figure(
        Text(ko="학습하는 동안의 ELBO", en="The ELBO while training"),
        Text(
            ko="가로축은 에폭, 세로축은 학습 데이터의 평균 ELBO(= −손실, D1)입니다. 모델이 읽는 값의 "
            f"단위로 잰 내트이며, 첫 에폭은 {bound[0]:.2f}, 마지막 에폭은 {bound[-1]:.2f}입니다. 마지막 "
            f"에폭의 `KL(q‖p(z))`는 {history[-1]['kl']:.3f}입니다.",
            en="Horizontal: epochs; vertical: mean ELBO (= −loss, D1) of the training rows, in nats of the "
            f"values that the model reads: {bound[0]:.2f} in the first epoch, {bound[-1]:.2f} in the last. "
            f"`KL(q‖p(z))` ends at {history[-1]['kl']:.3f}.",
        ),
        lines(epochs, [("", bound)], names=("", "")),
    )


def _pieces(workshop: Workshop) -> Iterator[Block]:
    rng = workshop.rng("pieces")
    mean, std = rng.normal(size=2), rng.uniform(0.2, 1.0, size=2)
    formula = 0.5 * float((mean**2 + std**2 - np.log(std**2) - 1).sum())
    q, prior = Gaussian(mean, std=std), Gaussian(np.zeros(2), std=np.ones(2))
    drawn = monte_carlo_kl(q, prior, rng=rng, n_samples=workshop.schedule.draws)
    yield Said(
        Text(
            ko=f"D5의 식을 무작위로 고른 q로 검산하면 {formula:.5f}, 일반 공식으로는 "
            f"{gaussian_kl(q, prior):.5f}, 표본 평균으로는 {drawn.value:.5f} ± {drawn.standard_error:.5f} "
            "내트입니다.",
            en=f"The formula of D5 at a random q: {formula:.5f}; by the general formula "
            f"{gaussian_kl(q, prior):.5f}; by draws {drawn.value:.5f} ± {drawn.standard_error:.5f} nats.",
        )
    )
    slope, error = _slope(float(mean[0]), float(std[0]), rng, workshop.schedule.draws)
    yield Said(
        Text(
            ko=f"D7: `z = μ + σε`로 쓰고 표본으로 구한 `E[z²]`의 μ에 대한 기울기는 {slope:.4f} ± "
            f"{error:.4f}입니다. 정답은 `2μ` = {2 * mean[0]:.4f}입니다.",
            en=f"D7: with `z = μ + σε` the gradient of `E[z²]` with respect to μ, by draws, is {slope:.4f} "
            f"± {error:.4f}; the answer is `2μ` = {2 * mean[0]:.4f}.",
        )
    )
    grey = workshop.pictures(workshop.test).reshape(len(workshop.test), -1)
    floor = float(-(_xlogx(grey) + _xlogx(1 - grey)).sum(1).mean())
    size = grey.shape[1]
    yield Said(
        Text(
            ko=f"D6: 이 테스트 데이터의 회색 값에 베르누이 손실을 쓰면 완벽하게 복원해도 {floor:.2f} 내트가 "
            "남습니다. 분산이 1인 가우시안이라면 상수 `(D/2) ln 2π` = "
            f"{size / 2 * math.log(2 * math.pi):.4f} (D = {size})가 더해집니다.",
            en=f"D6: a Bernoulli loss on the grey values of these test rows leaves {floor:.2f} nats even "
            "for perfect reconstructions. A Gaussian of unit variance adds the constant `(D/2) ln 2π` = "
            f"{size / 2 * math.log(2 * math.pi):.4f} (D = {size}).",
        )
    )


def _xlogx(p: Array) -> Array:
    return np.asarray(p * np.log(np.where(p > 0, p, 1)))


def _slope(mean: float, std: float, rng: np.random.Generator, draws: int) -> tuple[float, float]:
    """d E[z^2] / d mean through z = mean + std * noise, by automatic differentiation: value and standard error."""
    m = torch.full((draws,), mean, dtype=torch.float64, requires_grad=True)
    z = m + std * torch.from_numpy(rng.normal(size=draws))
    (each,) = torch.autograd.grad((z**2).sum(), m)
    return float(each.mean()), float(each.std() / math.sqrt(draws))


CODE = """
from vaekit import VAE

vae = VAE(latent_dim=2, max_epochs=2, random_state=0).fit(X)
vae.score_samples(X[:10])                       # the ELBO of each row, nats
vae.elbo_decomposition(X[:4])                   # log p(x), ELBO, both KLs, by quadrature
vae.log_likelihood(X[:10], n_samples=500)       # an estimate of log p(x) with its errors
"""

CHAPTER = Chapter(
    "elbo",
    Text(ko="ELBO와 두 개의 KL", en="The ELBO, and two KLs"),
    Text(
        ko="`log p(x)`는 계산할 수 있는 하한과 계산하기 어려운 KL로 나뉩니다. KL이 두 개 나오는데, "
        "사전분포와의 KL은 손실 안에 있고 사후분포와의 KL은 손실에 없습니다.",
        en="`log p(x)` splits into a bound that can be computed and a KL that is hard. Two KLs appear: the "
        "one to the prior is in the loss, the one to the posterior is not.",
    ),
    CLAIMS,
    CODE,
    show,
)
