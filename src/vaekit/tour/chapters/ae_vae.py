"""Chapter 3: the autoencoder against the VAE, and what squared error sees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.decomposition import PCA

from vaekit.article import latent_perturb, paradox_shares, shifted_pixel
from vaekit.kinds import Array
from vaekit.plots.latent_map import LatentMap
from vaekit.tour.blocks import Block, Cell, Figure, Said, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import bare, lines, pictures
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

DIGIT = 2
SHOWN = 8
SCALES = (0.0, 0.25, 0.5, 1.0, 2.0)

CLAIMS = (
    Claim(
        "C1",
        Text(ko="AE는 단순히 차원을 축소하는 것이 목적이다.", en="An AE only aims to reduce dimension."),
        Verdict.EXACT,
        Text(
            ko="타당합니다. 강의에서는 이것을 매니폴드 학습이라고 부릅니다.",
            en="Fair; the lecture calls it manifold learning.",
        ),
    ),
    Claim(
        "C2",
        Text(
            ko="AE는 레이블 y가 X와 같은 지도 학습이고, 은닉 변수가 X의 정보를 담는다.",
            en="An AE is supervised learning with y = X, and the hidden value holds the information of X.",
        ),
        Verdict.EXACT,
        Text(ko="공정한 말입니다.", en="Fair."),
    ),
    Claim(
        "C3",
        Text(ko="AE는 MLE와 유사하다.", en="An AE resembles MLE."),
        Verdict.LOOSE,
        Text(
            ko="비유일 뿐입니다. 손실은 가우시안이나 베르누이 디코더의 `−log p(x|z=f(x))`이지만, AE에는 "
            "`p(z)`도 `p(x)`도 없으므로 데이터 분포에 대한 최대우도 추정이 아닙니다. 선형 AE를 MSE로 "
            "학습하면 PCA와 같은 부분공간을 찾습니다.",
            en="An analogy only. Its loss is `−log p(x|z=f(x))` of a Gaussian or Bernoulli decoder, but an "
            "AE has neither `p(z)` nor `p(x)`, so this is not maximum likelihood of the data. A linear AE "
            "under MSE finds the subspace of PCA.",
        ),
    ),
    Claim(
        "C4",
        Text(
            ko="VAE는 잠재 벡터의 분포도 가정하고 그 안에서 학습한다.",
            en="A VAE also assumes a distribution for the latent vector and learns within it.",
        ),
        Verdict.EXACT,
        Text(
            ko="타당합니다. VAE는 잠재 변수 생성 모델이고, 인코더는 추론 네트워크입니다.",
            en="Fair. It is a latent-variable generative model, and the encoder is its inference network.",
        ),
    ),
    Claim(
        "C5",
        Text(ko="VAE는 MAP와 유사하다. (댓글도 같은 비유)", en="A VAE resembles MAP (a comment repeats it)."),
        Verdict.LOOSE,
        Text(
            ko="비유일 뿐입니다. VAE는 디코더의 가중치 θ를 근사적인 최대우도로 추정하는 방법이고, "
            "`KL(q‖p)`는 가중치가 아니라 코드 z를 규제하며 `−H(q)`를 포함합니다. `q`가 한 점일 때만 "
            "−ELBO가 `−log p(x|z) − log p(z)`, 곧 z의 MAP가 됩니다.",
            en="An analogy only. A VAE does approximate maximum likelihood over the decoder's weights; "
            "`KL(q‖p)` regularises codes z, not weights, and includes `−H(q)`. Only for `q` a point mass "
            "does −ELBO become `−log p(x|z) − log p(z)`, MAP of z.",
        ),
    ),
    Claim(
        "C6",
        Text(
            ko="그림: (b)는 (a)의 일부가 손실된 것, (c)는 (a)를 한 픽셀 오른쪽으로 옮긴 것.",
            en="The picture: (b) is (a) with a part erased, (c) is (a) moved one pixel to the right.",
        ),
        Verdict.LOOSE,
        Text(
            ko="이활석 님의 강의에서 인용한 Doersch의 튜토리얼 그림입니다. 원본의 (c)는 아래와 오른쪽으로 "
            "반 픽셀씩 옮긴 것으로 보이지만, 원문에서 확인하지는 못했습니다.",
            en="The figure is Doersch's, used in Hwalsuk Lee's lecture. In the original, (c) seems to be "
            "moved by half a pixel down and right; this could not be checked.",
        ),
    ),
    Claim(
        "C7",
        Text(
            ko="(c)가 더 닮았는데도 (b)의 MSE가 더 작다.",
            en="The MSE of (b) is smaller although (c) looks more alike.",
        ),
        Verdict.LOOSE,
        Text(
            ko="조금 지웠을 때만 그렇습니다. 지워서 생기는 오차는 지워진 잉크의 에너지이므로 두 오차가 "
            "같아지는 비율이 있고, 그보다 많이 지우면 순서가 뒤집힙니다.",
            en="True for small losses only. Erasing costs the ink energy that is erased, so there is a "
            "share at which both errors are equal; erase more, and the order turns.",
        ),
    ),
    Claim(
        "C8",
        Text(
            ko="그래서 잠재 벡터가 변하면 AE는 (b), VAE는 (c) 같은 그림을 내기 쉽다.",
            en="Hence, when the latent vector moves, an AE tends to give (b) and a VAE (c).",
        ),
        Verdict.LOOSE,
        Text(
            ko="확인된 바 없고 그림의 요점도 아닙니다. VAE도 픽셀의 오차를 AE와 똑같이 잽니다. 원래의 "
            "논지는, 픽셀 거리를 쓰면 `p(x) = E_p(z)[p(x|z)]`를 사전분포의 표본만으로는 사실상 구할 수 "
            "없으므로 `q(z|x)`가 필요하다는 것입니다. VAE에서 달라지는 점은 q가 사전분포를 덮는다는 "
            "것입니다. 아래에서 실험하고 결과를 나온 대로 적습니다.",
            en="Not established, and not the figure's point. A VAE scores pixels exactly as an AE does. "
            "The original argument: with pixel distances, naive sampling of `p(x) = E_p(z)[p(x|z)]` is "
            "hopeless, so one needs `q(z|x)`. What a VAE does change is that q covers the prior. It is "
            "tried below, and the outcome reported as it is.",
        ),
    ),
    Claim(
        "H3",
        Text(
            ko="AE는 앞단(인코더)을 위해 뒷단이 붙었고 VAE는 뒷단(디코더)을 위해 앞단이 붙었다.",
            en="An AE has its decoder for the sake of the encoder, a VAE its encoder for the sake of the "
            "decoder.",
        ),
        Verdict.EXACT,
        Text(ko="강의의 좋은 요약입니다.", en="A sound summary of the lecture."),
    ),
    Claim(
        "H4",
        Text(
            ko="AE는 데이터의 분포에 관심이 없고 VAE는 z를 뽑아 새로운 x를 만든다.",
            en="An AE does not care about the data's distribution; a VAE draws z to make new x.",
        ),
        Verdict.EXACT,
        Text(
            ko="맞습니다. 그래서 AE에는 `sample`이 없고, 부르면 그 까닭을 알려 줍니다.",
            en="Right; so an AE has no `sample`, and says why when asked.",
        ),
    ),
    Claim(
        "H17",
        Text(
            ko="MAP의 목적함수는 MSE에 표준정규분포를 더한 것이고, VAE는 더 현실적인 손실을 계산한다.",
            en="The MAP objective is MSE plus a standard normal, and a VAE computes a more realistic loss.",
        ),
        Verdict.WRONG,
        Text(
            ko="앞부분: 더하는 것은 사전 밀도의 `−log`입니다. 뒷부분: 아닙니다. 픽셀의 오차를 재는 법은 "
            "AE와 같습니다(C8).",
            en="First: what is added is `−log` of the prior density. Second: no; it measures pixels as an "
            "AE does (C8).",
        ),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """The three pictures, a linear AE beside PCA, both models' codes, and codes that are moved."""
    yield from _three_pictures(workshop)
    yield from _linear(workshop)
    yield from _two_planes(workshop)
    yield from _moved_codes(workshop)


def _three_pictures(workshop: Workshop) -> Iterator[Block]:
    all_pictures = workshop.pictures(workshop.test)
    twos = all_pictures[workshop.test_y == DIGIT]
    twos = twos if len(twos) else all_pictures
    picture = twos[int(workshop.rng("which digit").integers(len(twos)))]
    side = max(2, round(picture.shape[0] / 7))
    found = shifted_pixel(picture, side)
    half = shifted_pixel(picture, side, (0.5, 0.5))
    yield Figure(
        Text(
            ko="(a) 원본, (b) 일부를 지운 것, (c) 한 픽셀 옮긴 것",
            en="(a) the digit, (b) a part erased, (c) moved by a pixel",
        ),
        Text(
            ko=f"픽셀당 MSE는 (b) {found.mse_erased:.5f}, (c) {found.mse_moved:.5f}입니다. 지운 "
            f"{side}×{side} 블록에는 잉크 에너지의 {found.erased_fraction:.1%}가 들어 있고, "
            f"{found.break_even:.1%}를 지우면 두 오차가 같아집니다. 아래와 오른쪽으로 반 픽셀씩 옮기면 "
            f"{half.mse_moved:.5f}입니다. 이동 불변 MSE(가장 잘 겹치도록 옮긴 뒤의 MSE)로는 (b) "
            f"{found.invariant_erased:.5f}, (c) {found.invariant_moved:.5f}입니다.",
            en=f"MSE per pixel: (b) {found.mse_erased:.5f}, (c) {found.mse_moved:.5f}. The erased block of "
            f"{side}×{side} holds {found.erased_fraction:.1%} of the ink energy; at {found.break_even:.1%} "
            f"both would be equal. Moved by half a pixel down and right it is {half.mse_moved:.5f}. The "
            f"shift-invariant MSE (the least over shifts): (b) {found.invariant_erased:.5f}, (c) "
            f"{found.invariant_moved:.5f}.",
        ),
        pictures(
            [np.stack((found.original, found.erased, found.moved))], names=("(a)", "(b)", "(c)"), high=1.0
        ),
        wide=True,
    )
    sides = [each for each in range(1, 9) if each < picture.shape[0] // 2 + 1]
    shares = paradox_shares(twos[:300], sides)
    yield Table(
        Text(
            ko=f"‘{DIGIT}’ {min(len(twos), 300):,}장에서 잉크가 가장 많은 블록을 지웠을 때 (b)의 MSE가 "
            "(c)보다 작은 그림의 비율(C7).",
            en=f"Over {min(len(twos), 300):,} pictures of a {DIGIT}, each losing its inkiest block: the "
            "share in which the MSE of (b) is smaller than that of (c) (C7).",
        ),
        (
            Text(ko="블록의 한 변", en="side of the block"),
            Text(ko="(b)가 더 작은 비율", en="share with (b) smaller"),
            Text(ko="지워진 에너지 (중앙값)", en="energy erased (median)"),
            Text(ko="두 오차가 같아지는 비율 (중앙값)", en="break-even (median)"),
        ),
        tuple(
            (int(row[0]), f"{float(row[1]):.0%}", f"{float(row[2]):.1%}", f"{float(row[3]):.1%}")
            for row in shares.rows
        ),
    )


def _linear(workshop: Workshop) -> Iterator[Block]:
    flat = workshop.pictures(workshop.X).reshape(len(workshop.X), -1)
    pca = PCA(2, random_state=workshop.seed).fit(flat)
    by_pca = float(((pca.inverse_transform(pca.transform(flat)) - flat) ** 2).mean())
    linear, bent = (_mse(workshop, name) for name in ("linear-ae", "squared-ae"))
    yield Table(
        Text(
            ko=f"학습 데이터 {len(flat):,}개를 2차원 코드에서 복원했을 때의 픽셀당 MSE. 선형 AE는 PCA보다 "
            "나을 수 없고(C3), 비선형 AE는 더 나을 수 있습니다.",
            en=f"MSE per pixel of the {len(flat):,} training rows, reconstructed from 2 latent values. A "
            "linear AE cannot do better than PCA (C3); a non-linear one can.",
        ),
        (Text(ko="모델", en="model"), "MSE"),
        (
            (
                Text(ko="평균 그림 (코드를 쓰지 않음)", en="the mean picture (no code)"),
                float(flat.var(0).mean()),
            ),
            ("PCA", by_pca),
            (Text(ko="선형 AE", en="linear AE"), linear),
            (Text(ko="비선형 AE", en="non-linear AE"), bent),
        ),
    )


def _mse(workshop: Workshop, name: str) -> float:
    made = workshop.pictures(np.asarray(workshop.model(name).reconstruct(workshop.X)))
    return float(((made - workshop.pictures(workshop.X)) ** 2).mean())


def _two_planes(workshop: Workshop) -> Iterator[Block]:
    ae, vae = workshop.model("ae"), workshop.model("vae")
    for name, model in (("AE", ae), ("VAE", vae)):
        codes = np.asarray(model.transform(workshop.test))
        drawn = LatentMap.from_estimator(model, workshop.test, workshop.test_y)
        reach = float(np.sqrt((codes**2).sum(1).mean()))
        also = {
            "AE": Text(
                ko="사전분포가 없으므로 코드가 놓일 자리에 아무 제약이 없습니다.",
                en="There is no prior, so nothing says where codes should lie.",
            ),
            "VAE": Text(
                ko="회색은 사전분포에서 뽑은 점입니다. KL이 코드를 그 위로 모읍니다.",
                en="Grey: draws from the prior. The KL gathers the codes over it.",
            ),
        }[name]
        yield Figure(
            Text(ko=f"{name}의 코드 평면", en=f"Codes of the {name}"),
            Text(
                ko=f"테스트 데이터 {len(codes):,}개의 코드. 숫자마다 색과 모양이 다르고, 이름표는 그 숫자의 "
                f"가운데입니다. 원점에서의 거리는 제곱평균제곱근으로 {reach:.3f}입니다. {also.ko}",
                en=f"Codes of {len(codes):,} test rows, a colour and a shape for each digit, its name in "
                f"the middle; the root-mean-square distance from 0 is {reach:.3f}. {also.en}",
            ),
            bare(drawn),
        )
    rows = workshop.test[:SHOWN]
    yield Figure(
        Text(ko="복원", en="Reconstructions"),
        Text(
            ko="위에서부터 `x`, AE의 복원, VAE의 복원입니다.",
            en="From the top: `x`, the AE's reconstruction, the VAE's.",
        ),
        pictures(
            [
                workshop.pictures(rows),
                *(workshop.pictures(np.asarray(each.reconstruct(rows))) for each in (ae, vae)),
            ],
            sides=("$x$", "AE", "VAE"),
            high=1.0,
        ),
        wide=True,
    )
    yield Said(
        Text(
            ko=f"AE에 표본을 뽑아 달라고 하면(H4) 이렇게 답합니다. “{_refusal(ae)}” 코드의 분포가 없으므로 "
            "표본을 뽑을 수 없다는 뜻입니다.",
            en=f"Asked for samples (H4), the AE says: “{_refusal(ae)}”",
        )
    )


def _refusal(ae: Any) -> str:
    try:
        ae.sample(1)
    except AttributeError as error:
        return str(error)
    raise AssertionError("an AE has no prior to sample from")


def _moved_codes(workshop: Workshop) -> Iterator[Block]:
    schedule = workshop.schedule
    some = np.sort(workshop.rng("study rows").permutation(len(workshop.X))[: schedule.study_rows])
    options = {**workshop.options(), "max_epochs": schedule.study_epochs, "patience": None}
    workshop.say(f"  training: AE and VAE, {schedule.seeds} times each, {schedule.study_epochs} epochs")
    found = latent_perturb(
        workshop.X[some],
        workshop.y[some],
        workshop.test,
        workshop.test_y,
        scales=SCALES,
        seeds=schedule.seeds,
        rows=300,
        options=options,
    ).as_dicts()
    rows: list[tuple[Cell, ...]] = [
        (row["model"], row["scale"], row["mse"], row["invariant_mse"], f"{row['agreement']:.1%}")
        for row in found
    ]
    yield Table(
        Text(
            ko="코드를 무작위 방향으로 옮긴 뒤 디코딩한 결과(C8). 거리의 단위는 그 모델이 낸 코드의 "
            f"표준편차이고, 데이터 {len(some):,}개로 {schedule.study_epochs}에폭씩 {schedule.seeds}번 "
            "학습한 평균입니다. ‘같은 숫자로 읽힘’은 디코딩한 그림을 픽셀 최근접 이웃 분류기가 원래 숫자로 "
            "읽은 비율입니다.",
            en="Codes moved in random directions, and decoded (C8). Distances are in standard deviations "
            f"of the model's own codes; means over {schedule.seeds} fit(s) of {schedule.study_epochs} "
            f"epochs on {len(some):,} rows. “Read as the same digit”: how often nearest neighbours in "
            "pixels read the decoded picture as the digit that it was.",
        ),
        (
            Text(ko="모델", en="model"),
            Text(ko="옮긴 거리", en="moved by"),
            "MSE",
            Text(ko="이동 불변 MSE", en="shift-invariant MSE"),
            Text(ko="같은 숫자로 읽힘", en="read as the same digit"),
        ),
        tuple(rows),
    )
    curves = {name: _column(found, name) for name in ("AE", "VAE")}
    ahead = _sentence(found)
    yield Figure(
        Text(
            ko="코드를 옮긴 거리와 숫자가 유지되는 비율",
            en="How far the code moves, and whether the digit stays",
        ),
        ahead,
        lines(SCALES, list(curves.items()), names=("", ""), marks="o"),
    )


def _column(found: list[dict[str, Any]], model: str, name: str = "agreement") -> Array:
    return np.array([float(row[name]) for row in found if row["model"] == model])


def _sentence(found: list[dict[str, Any]]) -> Text:
    """What came out, whichever it is."""
    ae, vae = (_column(found, name)[1:].mean() for name in ("AE", "VAE"))
    better, other = ("VAE", "AE") if vae > ae else ("AE", "VAE")
    high, low = max(ae, vae), min(ae, vae)
    forgiven = {
        name: 1 - _column(found, name, "invariant_mse")[-1] / _column(found, name, "mse")[-1]
        for name in ("AE", "VAE")
    }
    return Text(
        ko=f"가로축은 코드를 옮긴 거리, 세로축은 원래 숫자로 읽힌 비율입니다. 이번에는 {better}가 평균 "
        f"{high:.1%}, {other}가 {low:.1%}입니다. 가장 멀리 옮겼을 때 MSE 가운데 그림의 평행이동으로 "
        f"설명되는 몫은 AE {forgiven['AE']:.1%}, VAE {forgiven['VAE']:.1%}입니다. 글의 주장이 맞다면 이 "
        "몫은 VAE 쪽이 뚜렷이 커야 합니다.",
        en="Horizontal: how far codes were moved; vertical: the share read as the same digit. This time it "
        f"is {high:.1%} on average for the {better} and {low:.1%} for the {other}. Of the MSE at the "
        f"farthest move, {forgiven['AE']:.1%} (AE) and {forgiven['VAE']:.1%} (VAE) is explained by shifting "
        "the picture; were the article right, the VAE's share would be clearly larger.",
    )


CODE = """
from vaekit import AE, VAE
from vaekit.article import latent_perturb, shifted_pixel

shifted_pixel(X[2, 0], patch=2, shift=(0, 1)).sentence()
ae = AE(latent_dim=2, max_epochs=2, random_state=0).fit(X)      # no sample, no density
vae = VAE(latent_dim=2, max_epochs=2, random_state=0).fit(X)
vae.sample(4, random_state=0, mean=True)
latent_perturb(X[:200], y[:200], X[200:300], y[200:300], seeds=1, options={"max_epochs": 2})
"""

CHAPTER = Chapter(
    "ae-vae",
    Text(ko="AE와 VAE, 그리고 MSE가 보는 것", en="AE against VAE, and what MSE sees"),
    Text(
        ko="AE는 코드를 얻으려고, VAE는 새 데이터를 만들려고 씁니다. 글의 ‘AE는 MLE, VAE는 MAP와 "
        "유사하다’는 비유이고, MSE 그림에서 이끌어 낸 결론은 실험해 봐야 할 주장입니다.",
        en="An AE is used for its codes, a VAE to make new data. That they resemble MLE and MAP is an "
        "analogy; what the article concludes from the MSE picture is a claim to be tested.",
    ),
    CLAIMS,
    CODE,
    show,
)
