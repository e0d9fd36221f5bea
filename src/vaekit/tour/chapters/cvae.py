"""Chapter 7: the conditional VAE."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.neighbors import KNeighborsClassifier

from vaekit.data.style import style_features
from vaekit.kinds import Array
from vaekit.plots.latent_map import LatentMap
from vaekit.tour.blocks import Block, Cell, Figure, Said, Table
from vaekit.tour.chapter import Chapter, Claim, Verdict
from vaekit.tour.drawing import bare, pictures
from vaekit.tour.phrases import layers_in_korean
from vaekit.tour.text import Text
from vaekit.tour.workshop import Workshop

EACH = 20
SHOWN = 5
READ = 5000
PROBED = 200

CLAIMS = (
    Claim(
        "G1",
        Text(
            ko="표현하고 싶은 것에 이산적인 클래스 레이블을 붙일 수 있다면 CVAE는 이를 이용해 학습한다.",
            en="If what one wants to encode is a discrete class label, a CVAE learns with it.",
        ),
        Verdict.LOOSE,
        Text(
            ko="조건은 연속적인 값이어도 됩니다. 레이블은 인코더와 디코더 양쪽에 들어가고, ELBO는 `log "
            "p(x|y)`의 하한이 됩니다.",
            en="The condition may be continuous too. It goes into both encoder and decoder, and the bound "
            "is on `log p(x|y)`.",
        ),
    ),
    Claim(
        "G2",
        Text(ko="네트워크 그림. (남아 있지 않음)", en="A picture of the network. (It is lost.)"),
        Verdict.MISSING,
        Text(
            ko="모든 레이블을 아는 M2와 같은 꼴입니다. `q(z|x,y)`와 `p(x|z,y)`가 모두 y를 읽습니다.",
            en="It has the form of M2 with every label known: `q(z|x,y)` and `p(x|z,y)`, both of which "
            "read y.",
        ),
    ),
    Claim(
        "H10",
        Text(
            ko="클래스와 함께 스타일(글씨 두께, 기울어짐)도 주면 더 좋아진다. 다만 dataset이 좋다는 "
            "가정하에.",
            en="Giving style (stroke thickness, slant) with the class gives better results, provided the "
            "data are good.",
        ),
        Verdict.OPEN,
        Text(
            ko="수치로 된 근거는 없습니다. 이 둘러보기를 만들면서 읽은 공개 코드들은 두께나 기울기를 "
            "입력으로 쓰지 않습니다. 두께와 기울기는 z가 스스로 배우는 것으로 나타나며, 아래에서 "
            "확인합니다.",
            en="No numbers are given. None of the public implementations read for this tour takes "
            "thickness or slant as input: they appear as what z learns, which is tested below.",
        ),
    ),
    Claim(
        "H11",
        Text(
            ko="CVAE의 손실은 VAE의 손실에 y를 조건으로 넣은 것이다.",
            en="The loss of a CVAE is that of a VAE with y as a condition.",
        ),
        Verdict.EXACT,
        Text(
            ko="`E_q[log p(x|z,y)] − KL(q(z|x,y)‖p(z))`. `p(x,y)`에 대한 하한이라면 상수 `log p(y)`를 "
            "더합니다.",
            en="`E_q[log p(x|z,y)] − KL(q(z|x,y)‖p(z))`; for a bound on `p(x,y)` the constant `log p(y)` "
            "is added.",
        ),
    ),
    Claim(
        "H16",
        Text(
            ko="발표에서 AAE와 CVAE 코드를 돌려 보여 주었다.",
            en="In the talk the code of AAE and CVAE was run and shown.",
        ),
        Verdict.EXACT,
        Text(
            ko="그래서 이 페이지도 두 모델을 그 자리에서 학습해 보여 줍니다.",
            en="So this page too trains both on the spot, and shows them.",
        ),
    ),
)


def show(workshop: Workshop) -> Iterator[Block]:
    """Bounds with and without the label, what z still knows of it, digits on demand, one style for all digits."""
    yield from _bounds(workshop)
    yield from _free_of_label(workshop)
    yield from _analogy(workshop)
    yield from _on_demand(workshop)
    yield from _style(workshop)


def _bounds(workshop: Workshop) -> Iterator[Block]:
    vae, cvae = workshop.model("vae"), workshop.model("cvae")
    alone = np.asarray(vae.score_samples(workshop.test))
    given = np.asarray(cvae.score_samples(workshop.test, workshop.test_y))
    label = np.asarray(cvae.log_prior_of(workshop.test_y))
    joint = given + label
    rows: list[tuple[Cell, ...]] = [
        (Text(ko="VAE: `log p(x)`의 하한", en="VAE: bound on `log p(x)`"), alone.mean(), _error(alone)),
        (Text(ko="CVAE: `log p(x|y)`의 하한", en="CVAE: bound on `log p(x|y)`"), given.mean(), _error(given)),
        (Text(ko="`log p(y)`", en="`log p(y)`"), label.mean(), _error(label)),
        (Text(ko="CVAE: `log p(x,y)`의 하한", en="CVAE: bound on `log p(x,y)`"), joint.mean(), _error(joint)),
    ]
    gain = float((joint - alone).mean())
    yield Table(
        Text(
            ko=f"테스트 데이터 {len(alone):,}개의 평균, 단위는 내트(H11). `log p(x,y)`는 레이블까지 "
            "설명해야 하므로 VAE의 `log p(x)`와 비교하면 CVAE에 불리합니다. 둘의 차이(CVAE − VAE)는 "
            f"{gain:+.2f} 내트입니다.",
            en=f"Means over {len(alone):,} test rows, nats (H11). `log p(x,y)` must explain the label too, "
            "so the comparison with the VAE's `log p(x)` puts the CVAE at a disadvantage; the difference "
            f"(CVAE − VAE) is {gain:+.2f} nats.",
        ),
        ("", Text(ko="평균", en="mean"), "±"),
        tuple(rows),
    )


def _error(values: Array) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values)))


def _free_of_label(workshop: Workshop) -> Iterator[Block]:
    vae, cvae = workshop.model("vae"), workshop.model("cvae")
    X, y, test, test_y = workshop.X[:READ], workshop.y[:READ], workshop.test, workshop.test_y
    read = {}
    for name, codes, new in (
        ("VAE", vae.transform(X), vae.transform(test)),
        ("CVAE", cvae.transform(X, y), cvae.transform(test, test_y)),
    ):
        read[name] = float(KNeighborsClassifier(min(5, len(X))).fit(codes, y).score(new, test_y))
    yield Figure(
        Text(ko="CVAE의 코드에 숫자의 정보가 남아 있는가", en="Do the codes of a CVAE hold the digit?"),
        Text(
            ko="CVAE가 낸 테스트 데이터의 코드입니다. 코드의 최근접 이웃으로 숫자를 맞히면 VAE의 코드로는 "
            f"{read['VAE']:.1%}, CVAE의 코드로는 {read['CVAE']:.1%}가 맞습니다. 숫자는 y가 알려 주므로 z가 "
            "숫자까지 담을 필요는 없습니다.",
            en="The CVAE's codes of test rows. Nearest neighbours among codes tell the digit in "
            f"{read['VAE']:.1%} of cases from the VAE's codes, in {read['CVAE']:.1%} from the CVAE's. y "
            "tells the digit, so z need not.",
        ),
        bare(LatentMap(np.asarray(cvae.transform(test, test_y)), test_y).plot()),
    )


def _analogy(workshop: Workshop) -> Iterator[Block]:
    cvae = workshop.model("cvae")
    source = cvae.condition_.labels.classes[min(3, len(cvae.condition_.labels.classes) - 1)]
    made = np.asarray(cvae.analogy(source=source, random_state=workshop.seed))
    rows = [workshop.pictures(row) for row in made]
    yield Figure(
        Text(ko="유추: 한 줄에 하나의 스타일", en="Analogies: one style a row"),
        Text(
            ko=f"한 줄은 모두 같은 z를 쓰고, z는 `(±1.4, ±1.4)`의 네 가지입니다. 첫 열은 {source}이고, 그 "
            "뒤로 모든 숫자가 차례대로 나옵니다.",
            en=f"Each row has one of the four codes z = `(±1.4, ±1.4)`. The first column is a {source}, "
            "then come all digits in order.",
        ),
        pictures(rows, names=["", *(str(each) for each in cvae.condition_.labels.classes)], high=1.0),
        wide=True,
    )


def _on_demand(workshop: Workshop) -> Iterator[Block]:
    cvae = workshop.model("cvae")
    classes = list(cvae.condition_.labels.classes)
    flat = workshop.pictures(workshop.X[:READ]).reshape(len(workshop.X[:READ]), -1)
    judge = KNeighborsClassifier(min(3, len(flat))).fit(flat, workshop.y[:READ])
    own = float(
        judge.score(workshop.pictures(workshop.test).reshape(len(workshop.test), -1), workshop.test_y)
    )
    made = {
        each: workshop.pictures(
            np.asarray(cvae.sample(EACH, c=each, random_state=workshop.seed + at, mean=True))
        )
        for at, each in enumerate(classes)
    }
    right = {
        each: float((judge.predict(rows.reshape(EACH, -1)) == each).mean()) for each, rows in made.items()
    }
    worst = min(right, key=lambda each: right[each])
    yield Figure(
        Text(ko="원하는 숫자 만들기", en="Digits on demand"),
        Text(
            ko=f"열마다 그 숫자를 조건으로 뽑은 표본입니다. 픽셀 최근접 이웃 분류기(진짜 숫자는 {own:.1%}를 "
            f"맞힘)가 숫자마다 {EACH}장씩 모두 {len(classes) * EACH}장 가운데 "
            f"{np.mean(list(right.values())):.1%}를 조건으로 준 숫자로 읽었습니다. 비율이 가장 낮은 숫자는 "
            f"{worst}({right[worst]:.0%})입니다. 아무렇게나 답하면 {1 / len(classes):.0%}입니다.",
            en=f"Each column: samples given that digit. Nearest neighbours in pixels (right for {own:.1%} "
            f"of real digits) read {np.mean(list(right.values())):.1%} of {len(classes) * EACH} samples as "
            f"the digit that was asked for; least {worst} ({right[worst]:.0%}). Chance is "
            f"{1 / len(classes):.0%}.",
        ),
        pictures(
            [np.stack([made[each][row] for each in classes]) for row in range(SHOWN)],
            names=[str(each) for each in classes],
            high=1.0,
        ),
    )


def _style(workshop: Workshop) -> Iterator[Block]:
    cvae = workshop.model("cvae")
    rows, labels = workshop.test[:PROBED], workshop.test_y[:PROBED]
    moved = np.asarray(cvae.style_transfer(rows, labels))
    few = [
        np.concatenate([workshop.pictures(rows[at : at + 1]), workshop.pictures(moved[at])])
        for at in range(SHOWN)
    ]
    yield Figure(
        Text(ko="스타일 옮기기", en="Style transfer"),
        Text(
            ko="첫 열의 테스트 데이터를 인코딩하고, 그 z를 모든 숫자로 디코딩했습니다.",
            en="The test row in the first column is encoded, and its z decoded as every digit.",
        ),
        pictures(few, names=["$x$", *(str(each) for each in cvae.condition_.labels.classes)], high=1.0),
        wide=True,
    )
    yield _correlations(workshop, rows, moved)
    yield Said(
        Text(
            ko=f"이 CVAE의 층(G2): {layers_in_korean(cvae.network_)}. 조건은 "
            f"{len(cvae.condition_.labels.classes)}차원 원-핫 벡터로 인코더와 디코더에 들어갑니다.",
            en=f"Layers of this CVAE (G2): {cvae.network_}. The condition enters encoder and decoder as a "
            f"one-hot vector of {len(cvae.condition_.labels.classes)} values.",
        )
    )


def _correlations(workshop: Workshop, rows: Array, moved: Any) -> Block:
    """How the style of each row goes with the mean style of its transfers."""
    own = style_features(workshop.pictures(rows))
    flat = workshop.pictures(moved.reshape(-1, *moved.shape[2:]))
    others = style_features(flat).reshape(len(moved), -1, 2).mean(1)
    names = (Text(ko="두께", en="thickness"), Text(ko="기울기", en="slant"))
    cells: list[tuple[Cell, ...]] = []
    for at, name in enumerate(names):
        found = spearmanr(own[:, at], others[:, at])
        cells.append((name, float(found.statistic), float(found.pvalue)))
    return Table(
        Text(
            ko="H10: 원본의 스타일과, 그 스타일을 옮긴 그림들의 평균 스타일 사이의 "
            f"순위상관({len(rows):,}개). 0보다 뚜렷이 크면 z에 그 스타일이 담긴 것입니다.",
            en="H10: rank correlation of a row's style with the mean style of its transfers "
            f"({len(rows):,} rows). Clearly above 0 means that z holds that style.",
        ),
        (Text(ko="스타일", en="style"), Text(ko="순위상관", en="rank correlation"), "p"),
        tuple(cells),
    )


CODE = """
from vaekit import CVAE

cvae = CVAE(latent_dim=2, max_epochs=2, random_state=0).fit(X, y)    # y is the condition
cvae.score(X, y), cvae.score_joint(X, y)        # bounds on log p(x | y) and on log p(x, y)
cvae.sample(5, c=7, random_state=0, mean=True)
cvae.analogy(source=3)                          # 4 styles, 1 + 10 digits
cvae.style_transfer(X[:3], y[:3])
"""

CHAPTER = Chapter(
    "cvae",
    Text(ko="CVAE: 조건을 준 VAE", en="CVAE: a VAE given a condition"),
    Text(
        ko="레이블을 인코더와 디코더에 함께 주면 z는 숫자를 기억할 필요가 없어지고 글씨의 스타일을 "
        "배웁니다. 원하는 숫자를 골라 만들 수도 있습니다.",
        en="Give the label to encoder and decoder, and z need no longer remember the digit: it learns the "
        "style of writing. And one can ask for a digit.",
    ),
    CLAIMS,
    CODE,
    show,
)
