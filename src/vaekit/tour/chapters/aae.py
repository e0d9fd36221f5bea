"""Chapter 6: the adversarial autoencoder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from vaekit.kinds import Array
from vaekit.measure import mmd, sliced_wasserstein
from vaekit.plots.latent_map import LatentMap
from vaekit.tour.blocks import Block, Cell, Figure, Said, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import bare, lines, pictures
from vaekit.tour.phrases import layers_in_korean
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

EQUILIBRIUM = 2 * math.log(2)
SAMPLES = 10
EACH = 5

CLAIMS = (
    Claim(
        "F1",
        Text(
            ko="AAE는 VAE가 구할 수 없던 KL을 GAN의 판별자를 이용해 찾아간다.",
            en="An AAE finds the KL that a VAE cannot compute by the discriminator of a GAN.",
        ),
        Verdict.WRONG,
        Text(
            ko="두 KL을 혼동했습니다. 구할 수 없는 것은 `KL(q‖p(z|x))`인데, AAE가 없애는 것은 "
            "가우시안이라면 닫힌 형태의 식이 있는 `KL(q(z|x)‖p(z))`입니다. 그 대신 모든 x에 대해 모은 "
            "`q(z) = E_x[q(z|x)]`가 `p(z)`와 같아지도록 GAN처럼 판별자와 겨루게 하며, 이상적인 판별자의 "
            "값은 KL이 아니라 젠센-섀넌 발산과 관련이 있습니다. 진짜 장점은 `p(z)`에서 표본만 뽑을 수 "
            "있으면 된다는 것입니다.",
            en="It confuses two KLs. The one that cannot be computed is `KL(q‖p(z|x))`; what an AAE "
            "replaces is `KL(q(z|x)‖p(z))`, which has a closed form for Gaussians. In its place a GAN game "
            "matches the aggregated posterior `q(z) = E_x[q(z|x)]` to `p(z)`; the value of an ideal "
            "discriminator relates to the Jensen-Shannon divergence, not to KL. The real benefit: one need "
            "only be able to sample from `p(z)`.",
        ),
    ),
    Claim(
        "F2",
        Text(ko="네트워크 그림. (남아 있지 않음)", en="A picture of the network. (It is lost.)"),
        Verdict.MISSING,
        Text(
            ko="Makhzani 외 2015의 그림 1입니다. 인코더 → z → 디코더, 그리고 z와 사전분포의 표본을 "
            "구별하는 판별자로 되어 있습니다. 이 페이지에서 학습한 모델의 층은 아래에 적습니다.",
            en="It is Figure 1 of Makhzani et al., 2015: encoder → z → decoder, and a discriminator that "
            "tells z from draws of the prior. The layers of the model trained here are given below.",
        ),
    ),
    Claim(
        "H8",
        Text(
            ko="AAE는 잠재 변수가 가우시안이 아닐 때를 위한 것이다.",
            en="An AAE is for latent variables that are not Gaussian.",
        ),
        Verdict.EXACT,
        Text(
            ko="취지는 맞습니다. 표본만 뽑을 수 있으면 스위스롤처럼 밀도가 없는 분포도 사전분포로 쓸 수 "
            "있습니다.",
            en="Right in spirit: anything one can sample from can be the prior, even a swiss roll, which "
            "has no density.",
        ),
    ),
    Claim(
        "H9",
        Text(ko="AAE에 이미지의 레이블을 줄 수 있다.", en="An AAE can be given the images' labels."),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 판별자가 레이블도 함께 읽게 하면 클래스마다 사전분포의 다른 자리를 줄 수 있습니다.",
            en="Right: with a discriminator that reads the label too, each class gets its own place in "
            "the prior.",
        ),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """Codes against the prior by the numbers, the game's losses, samples, and a swiss roll by labels."""
    yield from _matched(workshop)
    yield from _game(workshop)
    yield from _samples(workshop)
    yield from _swiss_roll(workshop)


def _matched(workshop: Workshop) -> Iterator[Block]:
    models = {name: workshop.model(name) for name in ("ae", "vae", "aae")}
    n = len(workshop.test)
    rng = workshop.rng("prior")
    draws, others = rng.normal(size=(n, 2)), rng.normal(size=(n, 2))
    shown: dict[Any, Array] = {
        "AE": _codes(models["ae"], workshop.test, rng),
        "VAE": _codes(models["vae"], workshop.test, rng),
        "AAE": _codes(models["aae"], workshop.test, rng),
        Text(
            ko="사전분포에서 다시 뽑은 점 (완벽히 일치할 때)",
            en="other draws from the prior (a perfect match)",
        ): others,
    }
    rows: list[tuple[Cell, ...]] = []
    for name, codes in shown.items():
        far, apart = sliced_wasserstein(codes, draws, rng=workshop.seed), mmd(codes, draws, rng=workshop.seed)
        rows.append((name, far.value, _error(far.standard_error), apart.value, _error(apart.standard_error)))
    yield Table(
        Text(
            ko=f"테스트 데이터 {n:,}개의 코드 `q(z)`와 사전분포 N(0, I)에서 뽑은 점 사이의 거리(F1). 편향이 "
            "없는 추정값이라 음수가 나올 수 있고, 오차 범위 안에 0이 있으면 사전분포와 구별되지 않습니다. "
            "VAE의 코드는 `q(z|x)`에서 뽑았습니다.",
            en=f"How far the codes `q(z)` of {n:,} test rows are from draws of the prior N(0, I) (F1). The "
            "estimates are unbiased, so they may fall below 0; where 0 is within the error, codes and "
            "prior are not told apart. The VAE's codes are draws from `q(z|x)`.",
        ),
        (
            Text(ko="모델", en="model"),
            Text(ko="슬라이스 바서슈타인²", en="sliced Wasserstein²"),
            "±",
            "MMD²",
            "±",
        ),
        tuple(rows),
    )
    yield Figure(
        Text(ko="AAE의 코드와 사전분포", en="Codes of the AAE over the prior"),
        Text(
            ko="회색은 사전분포에서 뽑은 점, 색이 있는 것은 테스트 데이터의 코드입니다. KL 없이 "
            "판별자만으로 모았습니다.",
            en="Grey: draws from the prior; in colour the codes of test rows, gathered by a discriminator "
            "alone, without a KL.",
        ),
        bare(LatentMap.from_estimator(models["aae"], workshop.test, workshop.test_y)),
    )


def _codes(model: Any, rows: Array, rng: np.random.Generator) -> Array:
    """Draws from q(z | x), one a row: the codes themselves where they are certain."""
    if not hasattr(model, "score_samples"):
        return np.asarray(model.transform(rows))
    reader = model._reader()

    def ask(x: torch.Tensor, block: Array) -> torch.Tensor:
        q = reader.evidence(x, block, 1).q
        return torch.stack((q.mean, q.variance.sqrt()), -1)

    found = np.asarray(reader.by_batches(model._given(rows, None)[0], ask))
    return np.asarray(found[..., 0] + found[..., 1] * rng.normal(size=found.shape[:2]))


def _error(error: float | None) -> float:
    return math.nan if error is None else error


def _game(workshop: Workshop) -> Iterator[Block]:
    history = workshop.model("aae").history_
    name = next(key for key in history[-1] if key.endswith("critic_loss"))
    losses = [float(row[name]) for row in history]
    epochs = [int(row["epoch"]) for row in history]
    yield Figure(
        Text(ko="판별자의 손실", en="The discriminator's loss"),
        Text(
            ko="가로축은 에폭, 세로축은 판별자의 손실(내트)입니다. 파선은 판별자가 전혀 구별하지 못할 때의 "
            f"값 `2 ln 2` = {EQUILIBRIUM:.4f}입니다. 손실은 {losses[0]:.3f}에서 시작해 {losses[-1]:.3f}로 "
            "끝났습니다.",
            en="Horizontal: epochs; vertical: the discriminator's loss in nats. Dashed: `2 ln 2` = "
            f"{EQUILIBRIUM:.4f}, where it tells nothing apart. It begins at {losses[0]:.3f} and ends at "
            f"{losses[-1]:.3f}.",
        ),
        lines(epochs, [("", losses), ("", [EQUILIBRIUM] * len(epochs))]),
    )


def _samples(workshop: Workshop) -> Iterator[Block]:
    made = {
        name: np.asarray(workshop.model(name).sample(SAMPLES, random_state=workshop.seed, mean=True))
        for name in ("vae", "aae")
    }
    yield Figure(
        Text(ko="사전분포에서 만든 그림", en="Pictures from the prior"),
        Text(
            ko="위는 VAE, 아래는 AAE입니다. `p(z)`에서 뽑은 z를 디코딩한 평균입니다.",
            en="Above the VAE, below the AAE: the means decoded from codes drawn from `p(z)`.",
        ),
        pictures([workshop.pictures(each) for each in made.values()], sides=("VAE", "AAE"), high=1.0),
        wide=True,
    )
    aae = workshop.model("aae")
    yield Said(
        Text(
            ko=f"이 AAE의 층(F2): {layers_in_korean(aae.network_)}. 판별자의 매개변수 {_parameters(aae):,}개.",
            en=f"Layers of this AAE (F2): {aae.network_}. The discriminator has {_parameters(aae):,} "
            "parameters.",
        )
    )


def _parameters(model: Any) -> int:
    return sum(p.numel() for penalty in model.penalties_ for p in penalty.parameters())


def _swiss_roll(workshop: Workshop) -> Iterator[Block]:
    model = workshop.model("aae-labels")
    found = model.diagnose(workshop.test, workshop.test_y, random_state=workshop.seed)
    recovered = found["label_recovery"]
    yield Figure(
        Text(ko="스위스롤 사전분포와 레이블 (H8, H9)", en="A swiss roll as prior, by labels (H8, H9)"),
        Text(
            ko="0은 가장 안쪽 호에, 9는 가장 바깥쪽 호에 자리를 줍니다. 학습에 쓰지 않은 데이터의 "
            f"{recovered.value:.1%}(± {_error(recovered.standard_error):.1%})가 자기 숫자의 호에 "
            "놓였습니다. 코드와 사전분포 사이의 슬라이스 바서슈타인²은 "
            f"{found['sliced_wasserstein'].value:.4f}, 사전분포의 표본끼리는 "
            f"{found['sliced_wasserstein_of_draws'].value:.4f}입니다. 스위스롤에는 밀도가 없으므로 이 "
            "모델에는 `score_samples`가 없습니다.",
            en="0 is given the innermost arc and 9 the outermost. Of rows not trained on, "
            f"{recovered.value:.1%} (± {_error(recovered.standard_error):.1%}) lie in the arc of their "
            f"digit. Sliced Wasserstein² between codes and prior: {found['sliced_wasserstein'].value:.4f}; "
            f"between two samples of the prior: {found['sliced_wasserstein_of_draws'].value:.4f}. A swiss "
            "roll has no density, so this model has no `score_samples`.",
        ),
        bare(LatentMap.from_estimator(model, workshop.test, workshop.test_y)),
    )
    classes = list(model.classes_)
    grid = [
        workshop.pictures(np.asarray(model.sample(EACH, c=each, random_state=workshop.seed, mean=True)))
        for each in classes
    ]
    across = [np.stack([column[row] for column in grid]) for row in range(EACH)]
    yield Figure(
        Text(ko="숫자마다 제자리에서 뽑은 그림", en="Digits sampled from their own arcs"),
        Text(
            ko="열마다 그 숫자의 호에서 뽑은 z를 디코딩했습니다.",
            en="Each column decodes codes drawn from the arc of its digit.",
        ),
        pictures(across, names=[str(each) for each in classes], high=1.0),
    )


CODE = """
from vaekit import AAE

aae = AAE(latent_dim=2, max_epochs=2, random_state=0).fit(X)    # y is ignored
aae.diagnose(X)                                 # critic loss, MMD, sliced Wasserstein, with errors
rolled = AAE(prior="swiss-roll", labels="prior", max_epochs=2, random_state=0).fit(X, y)
rolled.label_of(X[:10])
rolled.sample(5, c=7, random_state=0, mean=True)
"""

CHAPTER = Chapter(
    "aae",
    Text(ko="AAE: 판별자로 맞추는 잠재 분포", en="AAE: latent codes matched by a discriminator"),
    Text(
        ko="AAE는 사전분포와의 KL 대신 판별자를 씁니다. 그래서 표본만 뽑을 수 있으면 어떤 모양의 분포든 "
        "사전분포로 쓸 수 있습니다. 글은 여기서 두 KL을 혼동했습니다.",
        en="An AAE puts a discriminator in place of the KL to the prior, so that anything one can sample "
        "from may be the prior. Here the article confuses the two KLs.",
    ),
    CLAIMS,
    CODE,
    show,
)
