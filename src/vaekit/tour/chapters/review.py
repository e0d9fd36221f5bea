"""Chapter 5: the review of a VAE on MNIST: the plane, the mean picture, the table of distances, data and width."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vaekit.article import ablate, decoder_against_mean
from vaekit.data.mean_image import mean_image
from vaekit.data.style import as_pictures
from vaekit.plots.manifold import Manifold
from vaekit.plots.mean_distances import MeanDistances
from vaekit.tour.blocks import Block, Figure, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import bare, lines, pictures
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

FRACTIONS = (0.1, 0.3, 1.0)
WIDTHS = (16, 64, 256)

CLAIMS = (
    Claim(
        "E1",
        Text(
            ko="TensorFlow 2.0 공식 VAE 샘플 코드로 학습한 결과다.",
            en="The results are those of the official TensorFlow 2.0 sample code of a VAE.",
        ),
        Verdict.EXACT,
        Text(
            ko="튜토리얼 `generative/cvae`이며, 여기서 CVAE는 조건부(conditional)가 아니라 "
            "합성곱(convolutional) VAE입니다. 프리셋 `tf2-tutorial`이 그 설정이고, 다른 사람들이 그대로 "
            "실행해 남긴 결과 일곱 개의 테스트 ELBO는 −159.45에서 −155.91 사이입니다.",
            en="It is the tutorial `generative/cvae`, where CVAE means convolutional, not conditional. The "
            "preset `tf2-tutorial` has its settings; seven runs that others have published have test ELBOs "
            "from −159.45 to −155.91.",
        ),
    ),
    Claim(
        "E2",
        Text(
            ko="그림: 2차원 사전분포 위에서 디코딩한 이미지들. (그림은 남아 있지 않음)",
            en="The picture: images decoded over the 2-D prior. (It is lost.)",
        ),
        Verdict.EXACT,
        Text(
            ko="튜토리얼의 20×20 그림으로, 축마다 정규분포의 분위수 `Φ⁻¹(0.05), …, Φ⁻¹(0.95)`, 곧 "
            "−1.6449에서 1.6449까지입니다. 아래에 다시 그립니다.",
            en="The tutorial's 20×20 picture, on quantiles of the normal distribution, `Φ⁻¹(0.05), …, "
            "Φ⁻¹(0.95)`, from −1.6449 to 1.6449 on each axis; drawn again below.",
        ),
    ),
    Claim(
        "E3",
        Text(
            ko="가장 평균적으로 잘 복원하는 이미지가 가우시안의 평균에 오도록 학습된다.",
            en="Training puts the image that reconstructs best on average at the Gaussian's mean.",
        ),
        Verdict.LOOSE,
        Text(
            ko="경향이지 법칙이 아닙니다. q를 고정하면 최적의 디코더 평균은 `μ*(z) = Σₙ q(z|xₙ)xₙ / Σₙ "
            "q(z|xₙ)`, 곧 z를 덮는 사후분포들의 가중 평균입니다. 어디서나 전체 평균이 되는 것은 사후 "
            "붕괴(posterior collapse)가 일어났을 때뿐입니다.",
            en="A tendency, not a law. For fixed q the best decoder mean is `μ*(z) = Σₙ q(z|xₙ)xₙ / Σₙ "
            "q(z|xₙ)`: a mean of images whose posteriors cover z. It is the global mean everywhere only "
            "under posterior collapse.",
        ),
    ),
    Claim(
        "E4",
        Text(
            ko="MNIST 학습 데이터 6000장을 모두 더해 평균을 냈다.",
            en="The 6000 training images of MNIST were added and divided by their number.",
        ),
        Verdict.WRONG,
        Text(
            ko="MNIST의 학습 이미지는 60000장입니다. 다만 처음 6000장의 평균도 눈으로 보기에는 같은 "
            "그림입니다(상관계수 0.9989).",
            en="MNIST has 60000 training images. The mean of the first 6000 is the same picture to the "
            "eye, though (correlation 0.9989).",
        ),
    ),
    Claim(
        "E5",
        Text(ko="그 평균은 한가운데 그림과 비슷하다.", en="That mean resembles the picture in the middle."),
        Verdict.LOOSE,
        Text(
            ko="주관적입니다. 튜토리얼의 n = 20에는 z = 0인 칸이 없습니다(가장 가까운 칸이 축마다 "
            "±0.0594). n이 홀수여야 가운데 칸이 있습니다. 가운데 칸이 몇 번째로 가까운지는 아래에 적습니다.",
            en="Subjective. With the tutorial's n = 20 no cell is at z = 0 (the nearest are ±0.0594 on "
            "each axis); an odd n has a centre. Its rank among the cells stands below.",
        ),
    ),
    Claim(
        "E6",
        Text(
            ko="모든 이미지와의 차이를 평균해 표로 만들면 가운데로 갈수록 값이 작아진다.",
            en="A table of mean differences to all images: the values get smaller towards the centre.",
        ),
        Verdict.LOOSE,
        Text(
            ko="차이를 무엇으로 쟀는지 적혀 있지 않습니다. 제곱오차라면 칸의 값은 정확히 `V + ‖g(z) − "
            "x̄‖²`이고, `V = mean‖x − x̄‖²`입니다. 곧 이 표는 디코딩한 그림과 평균 그림의 거리만 재며, "
            "V보다 작아질 수 없습니다.",
            en="The metric is not stated. For squared error a cell is exactly `V + ‖g(z) − x̄‖²` with `V "
            "= mean‖x − x̄‖²`: the table measures nothing but the distance to the mean picture, and V is "
            "its floor.",
        ),
    ),
    Claim(
        "E7 H18",
        Text(
            ko="네트워크보다 train dataset에 따라 성능이 굉장히 차이 난다. (댓글: 표현하고 싶은 것을 담은 "
            "데이터셋이 필요하다)",
            en="The training data matter far more than the network. (Comments: one needs data that hold "
            "what one wants to express.)",
        ),
        Verdict.OPEN,
        Text(
            ko="글에 근거는 없습니다. 아래에서 데이터의 크기와 네트워크의 폭을 바꾸어 가며 테스트 ELBO를 "
            "잽니다. 어느 쪽의 영향이 큰지는 두 값을 어떤 범위에서 바꾸느냐에 달려 있습니다.",
            en="The article gives no evidence. Below both are varied, and the test ELBO is measured; which "
            "of them moves it more depends on the ranges chosen.",
        ),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """The plane, the mean picture, the table of distances, the decoder beside its ideal, data against width."""
    yield from _plane(workshop)
    yield from _means(workshop)
    yield from _distances(workshop)
    yield from _ideal(workshop)
    yield from _data_or_width(workshop)


def _plane(workshop: Workshop) -> Iterator[Block]:
    vae = workshop.model("vae")
    drawn = Manifold.from_estimator(vae, workshop.schedule.cells)
    scores = np.asarray(vae.score_samples(workshop.test))
    error = scores.std(ddof=1) / np.sqrt(len(scores))
    n, reach = len(drawn.axis), float(drawn.axis[-1])
    yield Figure(
        Text(ko="사전분포 위의 그림들 (E2)", en="Pictures over the prior (E2)"),
        Text(
            ko=f"{n}×{n}개의 `p(x|z)` 평균, 축마다 ±{reach:.4f}까지. n이 홀수이므로 테두리를 친 칸이 정확히 "
            f"z = 0입니다. 이 모델의 테스트 ELBO는 {scores.mean():.2f} ± {error:.2f} 내트(데이터 "
            f"{len(scores):,}개)입니다.",
            en=f"{n}×{n} means of `p(x|z)`, to ±{reach:.4f} on each axis. n is odd, so that the framed "
            f"cell is exactly z = 0. The test ELBO of this model is {scores.mean():.2f} ± {error:.2f} nats "
            f"({len(scores):,} rows).",
        ),
        bare(drawn),
        wide=True,
    )


def _means(workshop: Workshop) -> Iterator[Block]:
    few = max(2, len(workshop.X) // 10)
    whole, part = (mean_image(workshop.pictures(workshop.X), count) for count in (None, few))
    like = part.against(whole)
    centre = workshop.pictures(np.asarray(workshop.model("vae").inverse_transform(np.zeros((1, 2)))))[0]
    away = float(((centre - whole.mean) ** 2).mean())
    yield Figure(
        Text(ko="평균 그림과 가운데 그림 (E4, E5)", en="Mean pictures and the centre (E4, E5)"),
        Text(
            ko=f"왼쪽부터 처음 {part.count:,}장의 평균, 전체 {whole.count:,}장의 평균, z = 0을 디코딩한 "
            f"그림. 두 평균의 상관계수는 {like.correlation:.4f}, 픽셀값의 차이는 가장 클 때 "
            f"{like.largest:.3f}입니다. 가운데 그림과 평균 그림의 픽셀당 MSE는 {away:.5f}입니다.",
            en=f"From the left: the mean of the first {part.count:,}, of all {whole.count:,}, and what z = "
            f"0 decodes to. The two means have correlation {like.correlation:.4f} and differ by "
            f"{like.largest:.3f} in one pixel at most. The centre differs from the mean by an MSE of "
            f"{away:.5f} per pixel.",
        ),
        pictures(
            [np.stack((part.mean, whole.mean, centre))],
            names=(f"{part.count:,}", f"{whole.count:,}", "$z=0$"),
        ),
    )


def _distances(workshop: Workshop) -> Iterator[Block]:
    vae = workshop.model("vae")
    drawn = MeanDistances.from_estimator(vae, workshop.X, workshop.schedule.cells)
    table = drawn.table
    assert table.floor is not None
    identity = np.abs(table.values - table.floor - table.from_mean / table.size).max()
    x, y = table.minimum_code
    yield Figure(
        Text(ko="모든 데이터와의 평균 거리 (E6)", en="Mean distance to all data (E6)"),
        Text(
            ko=f"칸마다 그 그림과 데이터 {table.count:,}장 사이의 MSE입니다(모델이 읽는 값의 단위). "
            f"{table.values.min():.5f}에서 {table.values.max():.5f}까지이고 하한 V는 "
            f"{table.floor:.5f}입니다. 가장 작은 칸은 z = ({x:.3f}, {y:.3f})이고, 가운데 칸은 "
            f"{table.values.size:,}칸 가운데 {table.centre_rank:,}번째로 작으며, `‖z‖`와의 순위상관은 "
            f"{table.rank_correlation:.3f}입니다. 항등식 `V + ‖g − x̄‖²`과의 차이는 많아야 "
            f"{identity:.1e}입니다.",
            en=f"The MSE of each cell to {table.count:,} examples, in the values that the model reads: from "
            f"{table.values.min():.5f} to {table.values.max():.5f}, over the floor V = {table.floor:.5f}. "
            f"The smallest is at z = ({x:.3f}, {y:.3f}); the centre ranks {table.centre_rank:,} of "
            f"{table.values.size:,}, the smallest first; the rank correlation with `‖z‖` is "
            f"{table.rank_correlation:.3f}. The identity `V + ‖g − x̄‖²` holds to {identity:.1e}.",
        ),
        bare(drawn),
    )


def _ideal(workshop: Workshop) -> Iterator[Block]:
    found = decoder_against_mean(workshop.model("vae"), workshop.X, workshop.schedule.cells)
    near, far = float(np.median(found.to_weighted)), float(np.median(found.to_mean))
    x, y = found.nearest_to_mean
    n = len(found.axis)
    along = np.linspace(0, n - 1, min(n, 9)).round().astype(int)
    row = (n // 2) * n + along
    yield Figure(
        Text(ko="디코더와 가중 평균 μ*(z) (E3)", en="The decoder beside the weighted mean μ*(z) (E3)"),
        Text(
            ko="z₂ = 0인 줄에서 위는 디코더, 아래는 `μ*(z)`입니다. 평면 전체에서 디코더와 `μ*(z)`의 MSE는 "
            f"중앙값이 {near:.5f}이고, 디코더와 전체 평균의 MSE는 중앙값이 {far:.5f}로 그 "
            f"{far / max(near, 1e-12):.1f}배입니다. 디코더의 그림이 전체 평균과 가장 가까운 곳은 z = "
            f"({x:.3f}, {y:.3f})입니다.",
            en="Along z₂ = 0; above the decoder, below `μ*(z)`. Over the plane the decoder differs from "
            f"`μ*(z)` by a median MSE of {near:.5f} and from the global mean by {far:.5f}, "
            f"{far / max(near, 1e-12):.1f} times as much. It is nearest to the global mean at z = "
            f"({x:.3f}, {y:.3f}).",
        ),
        pictures(
            [as_pictures(found.decoded[row]), as_pictures(found.weighted[row])],
            sides=("$g$", r"$\mu^*$"),
            low=float(found.decoded.min()),
        ),
        wide=True,
    )


def _data_or_width(workshop: Workshop) -> Iterator[Block]:
    schedule = workshop.schedule
    some = np.sort(workshop.rng("study rows").permutation(len(workshop.X))[: schedule.study_rows])
    options = {
        name: value for name, value in workshop.options().items() if name in ("likelihood", "binarize")
    }
    workshop.say(f"  training: {len(FRACTIONS) * len(WIDTHS)} sizes of data and network")
    found = ablate(
        workshop.X[some],
        workshop.test,
        fractions=FRACTIONS,
        widths=WIDTHS,
        seeds=1,
        epochs=schedule.study_epochs,
        options={**options, "patience": None, "random_state": workshop.seed},
    )
    elbo = found.column("elbo").astype(float).reshape(len(FRACTIONS), len(WIDTHS))
    counts = found.column("rows").astype(int)[:: len(WIDTHS)]
    by_rows, by_width = float(np.ptp(elbo, axis=0).mean()), float(np.ptp(elbo, axis=1).mean())
    yield Figure(
        Text(ko="데이터의 크기와 네트워크의 폭 (E7)", en="Size of the data and width of the network (E7)"),
        Text(
            ko="가로축은 학습 데이터의 수, 세로축은 테스트 ELBO(내트, 클수록 좋음)이고, 선마다 은닉층의 "
            f"폭이 다릅니다. 이 범위에서 데이터의 수를 바꾸면 ELBO가 평균 {by_rows:.2f} 내트, 폭을 바꾸면 "
            f"평균 {by_width:.2f} 내트 달라집니다. 조합마다 한 번씩 학습했고, 가중치를 갱신한 횟수는 거의 "
            "같습니다.",
            en="Horizontal: rows trained on; vertical: test ELBO in nats, the higher the better; a line "
            "for each width of the hidden layers. Over these sizes of the data the ELBO moves by "
            f"{by_rows:.2f} nats on average, over these widths by {by_width:.2f}. One fit for each pair, "
            "all with about as many steps.",
        ),
        lines(counts, [(str(width), elbo[:, at]) for at, width in enumerate(WIDTHS)], log_x=True, marks="o"),
    )
    yield Table(
        Text(
            ko=f"같은 값의 표. 조합마다 전체 데이터를 {schedule.study_epochs}에폭 학습할 때만큼 "
            "갱신했습니다. 잠재 차원은 2입니다.",
            en=f"The same values; as many steps as {schedule.study_epochs} epochs of all rows, 2 latent "
            "values.",
        ),
        (Text(ko="데이터", en="rows"), *(Text(ko=f"폭 {width}", en=f"width {width}") for width in WIDTHS)),
        tuple(
            (int(count), *(float(value) for value in line)) for count, line in zip(counts, elbo, strict=True)
        ),
    )


CODE = """
from vaekit import VAE
from vaekit.article import MeanDistances, Manifold, ablate, decoder_against_mean, mean_image

vae = VAE(latent_dim=2, max_epochs=2, random_state=0).fit(X)
Manifold.from_estimator(vae, 21)                # odd: the middle cell is z = 0
mean_image(X), mean_image(X, 100)
MeanDistances.from_estimator(vae, X).table.sentences()
decoder_against_mean(vae, X).sentence()
ablate(X[:200], X[200:300], fractions=(0.5, 1), widths=(8, 16), seeds=1, epochs=2)
"""

CHAPTER = Chapter(
    "review",
    Text(ko="MNIST 학습 결과 돌아보기", en="A review of what a VAE learns on MNIST"),
    Text(
        ko="글은 TensorFlow 튜토리얼의 VAE를 학습하고, 잠재 평면의 그림, 평균 그림, 거리의 표를 "
        "살펴보았습니다. 그 그림들은 남아 있지 않으므로 다시 계산합니다.",
        en="The article trained the TensorFlow tutorial's VAE and looked at the plane of codes, the mean "
        "picture and a table of distances. Its pictures are lost, so they are computed again.",
    ),
    CLAIMS,
    CODE,
    show,
)
