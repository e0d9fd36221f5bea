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
GRID, REACH = 81, 4.5

CLAIMS = (
    Claim(
        "D1",
        Text(ko="ELBO Loss는 VAE의 손실 함수다.", en="The ELBO loss is the loss function of a VAE."),
        Verdict.LOOSE,
        Text(ko="부호를 보면 손실은 −ELBO입니다.", en="Mind the sign: the loss is −ELBO."),
    ),
    Claim(
        "D2",
        Text(
            ko="`log P(X)`는 ELBO(빨강)와 KL(파랑)로 나뉜다.",
            en="`log P(X)` splits into the ELBO (red) and a KL (blue).",
        ),
        Verdict.EXACT,
        Text(
            ko="`log p(x) = ELBO(q) + KL(q(z|x)‖p(z|x))`. 두 번째 인자는 사후분포 `p(z|x)`입니다. "
            "`p(z)`라고 쓴 글들이 있지만 틀린 것입니다.",
            en="`log p(x) = ELBO(q) + KL(q(z|x)‖p(z|x))`. The second argument is the posterior `p(z|x)`; "
            "some pages print `p(z)`, which is wrong.",
        ),
    ),
    Claim(
        "D3 H14",
        Text(
            ko="파란 KL은 gradient를 한 번 갱신하는 데 계산이 너무 많아서 구하기 어렵다. (질문: "
            "`p(z|x)`를 모른다는 것과 같은 말인가?)",
            en="The blue KL takes too much computation per update. (A reader asks: is that the same as "
            "“`p(z|x)` is unknown”?)",
        ),
        Verdict.LOOSE,
        Text(
            ko="네, 같은 말입니다. `p(z|x) = p(x|z)p(z)/p(x)`에는 `p(x) = ∫p(x|z)p(z)dz`가 필요하고 "
            "고차원에서는 계산할 수 없습니다. 2차원이면 구적법으로 계산할 수 있고, 아래에서 실제로 "
            "계산합니다.",
            en="Yes, it is: `p(z|x) = p(x|z)p(z)/p(x)` needs `p(x) = ∫p(x|z)p(z)dz`, which cannot be "
            "computed in high dimension. With 2 latent values it can, by quadrature, and is computed "
            "below.",
        ),
    ),
    Claim(
        "D4",
        Text(
            ko="하한은 계산할 수 있으므로 이를 높여 최적화를 근사한다.",
            en="The lower bound can be computed, so one raises it instead.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 다만 ELBO가 오른 까닭이 `log p(x)`가 아니라 간격이 줄어서일 수도 있습니다.",
            en="True. But a higher ELBO may come from a smaller gap and not from a higher `log p(x)`.",
        ),
    ),
    Claim(
        "D5",
        Text(
            ko="손실은 복원과 규제의 합이고 가우시안끼리의 KL은 간단히 정리된다.",
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
            ko="연속이면 가우시안, 이산이면 교차 엔트로피를 쓴다. (댓글은 ‘ELBO 부분’)",
            en="Gaussian for continuous, cross entropy for discrete variables (comments say “the ELBO "
            "part”).",
        ),
        Verdict.LOOSE,
        Text(
            ko="ELBO가 아니라 복원 항에 대해서만 맞습니다. 공분산이 단위행렬이면 `½‖x−x̂‖² + (D/2) ln "
            "2π`입니다. 회색 픽셀에 베르누이 손실을 쓰면 정규화된 우도가 아니어서 바닥이 0이 아닙니다.",
            en="True of the reconstruction term only. With identity covariance it is `½‖x−x̂‖² + (D/2) ln "
            "2π`. A Bernoulli loss on grey pixels is no normalised likelihood; its floor is not 0.",
        ),
    ),
    Claim(
        "D7",
        Text(ko="(재매개변수화 트릭은 나오지 않음)", en="(The reparameterisation trick is not mentioned.)"),
        Verdict.MISSING,
        Text(
            ko="`z = μ + σ·ε`로 쓰면 표본을 지나 기울기가 흐릅니다. 두 출처에는 있고, 없으면 학습할 수 "
            "없습니다.",
            en="Writing `z = μ + σ·ε` lets gradients pass through draws. Both sources have it; without it "
            "nothing trains.",
        ),
    ),
    Claim(
        "H5",
        Text(
            ko="KL이 비싸서 가우시안을 가정하고, 음의 로그우도인 ELBO를 최대화해 손실을 최소화한다.",
            en="The KL is expensive, so a Gaussian is assumed; the ELBO, a negative log-likelihood, is "
            "maximised.",
        ),
        Verdict.LOOSE,
        Text(
            ko="`KL(q‖p(z|x))`와 `KL(q‖p(z))`가 섞였습니다. ELBO는 양의 로그우도의 하한입니다.",
            en="It mixes `KL(q‖p(z|x))` with `KL(q‖p(z))`. The ELBO is a bound on the positive "
            "log-likelihood.",
        ),
    ),
    Claim(
        "H7",
        Text(
            ko="KL을 최소로 하는 φ를 찾고 싶지만 `p(z|x)`를 모르므로 φ에 대해 ELBO를 최대화한다.",
            en="One wants the φ of least KL; `p(z|x)` being unknown, one maximises the ELBO over φ.",
        ),
        Verdict.EXACT,
        Text(ko="θ를 고정하면 맞습니다.", en="Right for fixed θ."),
    ),
    Claim(
        "H12",
        Text(
            ko="VAE의 목적은 `p(x)`를 최대화하는 것이고 복원은 가정한 분포에 따라 교차 엔트로피나 MSE다.",
            en="The objective of a VAE is to maximise `p(x)`; reconstruction is cross entropy or MSE by "
            "what is assumed.",
        ),
        Verdict.EXACT,
        Text(ko="좋은 요약입니다.", en="Fine."),
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
            ko=f"`log p(x) = ELBO + KL(q‖p(z|x))`, ELBO = 복원 − `KL(q‖p(z))`. 새 행 {len(rows)}개의 평균, "
            "내트(D2, D5). 앞의 두 방법은 사후분포와의 KL을 따로 구하므로 ‘남는 차’가 검산입니다. 중요도 "
            "표집에서는 KL이 곧 그 차이여서 0이 됩니다.",
            en="`log p(x) = ELBO + KL(q‖p(z|x))`, `ELBO = reconstruction − KL(q‖p(z))`; means over "
            f"{len(rows)} rows not trained on, nats (D2, D5). The first two methods find the KL to the "
            "posterior on its own, so “left over” checks the identity; by importance sampling that KL is "
            "the difference itself, and 0 is left.",
        ),
        (
            Text(ko="모델", en="model"),
            Text(ko="복원", en="reconstruction"),
            "`KL(q‖p(z))`",
            "ELBO",
            "`KL(q‖p(z|x))`",
            "`log p(x)`",
            Text(ko="남는 차", en="left over"),
            Text(ko="방법", en="method"),
        ),
        tuple(cells),
    )
    yield Said(_OF_UNITS[workshop.data])


_OF_UNITS = {
    "digits": Text(
        ko="양수인 `log p(x)`에 놀라지 마십시오. 여기서는 밀도이고, 밀도는 1보다 클 수 있습니다(B12).",
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
    x = torch.from_numpy(vae._given(workshop.test[at : at + 1], None)[0])
    found = _on_a_grid(vae.model_, x)
    yield Figure(
        Text(ko="진짜 사후분포와 q", en="The true posterior and q"),
        Text(
            ko=f"시험 행 {at}번(숫자 {workshop.test_y[at]}). 파란 등고선이 격자에서 계산한 `p(z|x)`, 주황 "
            f"타원이 `q(z|x)`의 1, 2 표준편차입니다. 이 행의 `KL(q‖p(z|x))`는 {found['kl']:.3f} "
            "내트입니다. 계산이 ‘너무 많은’ 것이 아니라, 2차원에서는 이렇게 됩니다(D3).",
            en=f"Test row {at}, a {workshop.test_y[at]}. Blue: `p(z|x)` by a grid; orange: one and two "
            f"standard deviations of `q(z|x)`. For this row `KL(q‖p(z|x))` is {found['kl']:.3f} nats. With "
            "2 latent values it can be had (D3).",
        ),
        density_and_ellipses(found["x"], found["y"], found["density"], [found["ellipse"]]),
    )


def _on_a_grid(model: Any, x: torch.Tensor) -> dict[str, Any]:
    """p(z | x) of one row x (1, *event) over a grid around q, and KL(q || p(z | x)) by that grid."""
    with torch.no_grad():
        evidence = model(x, torch.zeros(1, 1, model.posterior.noise_size))
        centre = evidence.q.mean[0].double().numpy()
        spread = evidence.q.variance[0].double().sqrt().numpy()
        axes = [
            middle + REACH * width * np.linspace(-1, 1, GRID)
            for middle, width in zip(centre, spread, strict=True)
        ]
        first, second = np.meshgrid(*axes)
        z = torch.from_numpy(np.stack((first, second), -1).reshape(-1, 1, 2)).float()
        log_joint = model.decode(z, evidence.c).log_prob(x) + model.prior(None).log_prob(z)
    log_p = log_joint.double().numpy().reshape(GRID, GRID)
    log_p -= _log_sum(log_p)
    log_q = -(((first - centre[0]) / spread[0]) ** 2 + ((second - centre[1]) / spread[1]) ** 2) / 2
    log_q -= _log_sum(log_q)
    kl = float((np.exp(log_q) * (log_q - log_p)).sum())
    ellipse = (float(centre[0]), float(centre[1]), float(spread[0]), float(spread[1]))
    return {"x": axes[0], "y": axes[1], "density": np.exp(log_p), "ellipse": ellipse, "kl": kl}


def _log_sum(values: Array) -> float:
    return float(np.logaddexp.reduce(values, axis=None))


def _bounds(workshop: Workshop) -> Iterator[Block]:
    vae = workshop.model("vae")
    rows = workshop.test[: workshop.schedule.decomposed]
    exact = vae.elbo_decomposition(rows).means()
    found = [float(vae.log_likelihood(rows, n_samples=count).value) for count in DRAWS]
    yield Figure(
        Text(ko="K개의 표본으로 조인 하한", en="Bounds that K draws tighten"),
        Text(
            ko="실선은 K개 표본의 중요도 가중 하한(IWAE-K), 파선은 구적법의 `log p(x)` = "
            f"{exact['log_px']:.3f}, 점선은 ELBO = {exact['elbo']:.3f}. K가 커지면 올라갑니다: "
            f"{', '.join(f'{value:.3f}' for value in found)}.",
            en="Solid: the importance-weighted bound of K draws (IWAE-K). Dashed: `log p(x)` = "
            f"{exact['log_px']:.3f} by quadrature; dotted: ELBO = {exact['elbo']:.3f}. It rises with K: "
            f"{', '.join(f'{value:.3f}' for value in found)}.",
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
        Text(ko="학습하면서 오르는 ELBO", en="The ELBO while training"),
        Text(
            ko=f"에폭마다 학습 행의 평균 ELBO(= −손실, D1), 모델 단위의 내트. 처음 {bound[0]:.2f}에서 "
            f"{bound[-1]:.2f}까지 올랐습니다. 마지막 에폭의 `KL(q‖p(z))`는 {history[-1]['kl']:.3f}입니다.",
            en="Mean ELBO (= −loss, D1) of the training rows after each epoch, in nats of the model's "
            f"units: from {bound[0]:.2f} to {bound[-1]:.2f}. `KL(q‖p(z))` ends at {history[-1]['kl']:.3f}.",
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
            ko=f"D5의 식을 무작위 q로 검산하면 {formula:.5f}, 일반 공식으로 {gaussian_kl(q, prior):.5f}, "
            f"표본 평균으로 {drawn.value:.5f} ± {drawn.standard_error:.5f} 내트입니다.",
            en=f"D5's formula at a random q: {formula:.5f}; by the general formula "
            f"{gaussian_kl(q, prior):.5f}; by draws {drawn.value:.5f} ± {drawn.standard_error:.5f} nats.",
        )
    )
    slope, error = _slope(float(mean[0]), float(std[0]), rng, workshop.schedule.draws)
    yield Said(
        Text(
            ko=f"D7: `z = μ + σε`로 쓰고 `E[z²]`의 기울기를 표본으로 구하면 μ에 대해 {slope:.4f} ± "
            f"{error:.4f}입니다. 정답은 `2μ` = {2 * mean[0]:.4f}입니다.",
            en=f"D7: with `z = μ + σε` the gradient of `E[z²]` for μ by draws is {slope:.4f} ± "
            f"{error:.4f}; the answer is `2μ` = {2 * mean[0]:.4f}.",
        )
    )
    grey = workshop.pictures(workshop.test).reshape(len(workshop.test), -1)
    floor = float(-(_xlogx(grey) + _xlogx(1 - grey)).sum(1).mean())
    size = grey.shape[1]
    yield Said(
        Text(
            ko=f"D6: 이 시험 행의 회색 값에 베르누이 손실을 쓰면 완벽하게 복원해도 {floor:.2f} 내트가 "
            "남습니다. 단위 분산의 가우시안이라면 상수 `(D/2) ln 2π` = "
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
        ko="`log p(x)`는 계산할 수 있는 하한과 계산하기 어려운 KL로 나뉩니다. KL이 둘 나오는데, "
        "사전분포와의 KL은 손실 안에 있고 사후분포와의 KL은 손실에 없습니다.",
        en="`log p(x)` splits into a bound that can be computed and a KL that is hard. Two KLs appear: "
        "that to the prior is in the loss, that to the posterior is in none.",
    ),
    CLAIMS,
    CODE,
    show,
)
