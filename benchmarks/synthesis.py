"""Who makes tables that pass for real: `TabularVAE` beside ctgan's TVAE, on the same rows.

TVAE has its defaults; `TabularVAE` has its own, and those that its documentation gives for rows to be learned from.
All learn from two thirds of a table and draw as many rows. The other third judges: by how well a classifier tells it
from drawn rows (the area under its ROC curve, cross-validated; 0.5 is not at all), and by how well a classifier that
learned from drawn rows predicts a column of it, beside one that learned from the real ones.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from benchmarks import table
from benchmarks.environments import ROOT, python
from benchmarks.mixed_tables import TABLES, MixedTable, fetch
from vaekit import TabularVAE, part
from vaekit.kinds import Array

PEER, REAL = "TVAE", "real rows"
DEFAULT, TO_LEARN_FROM = "TabularVAE", "TabularVAE, rows to learn from"
OURS = {
    DEFAULT: {},
    TO_LEARN_FROM: {
        "bound": part("elbo", beta=0.5),
        "prior": part("mixture", components=50),
        "network": part("mlp", hidden=(256, 256)),
        "ema": 0.995,
    },
}
SEEDS = 3
TOLD, TAUGHT = "told apart", "taught"
PAGE = Path(__file__).with_name("README.md")

Found = dict[str, dict[str, dict[str, list[float]]]]
"""table -> measure -> who -> an area a seed."""


def encoded(rows: pd.DataFrame, like: pd.DataFrame) -> pd.DataFrame:
    """Texts as categories, those of `like` and of the rows, for trees that take categories."""
    made = rows[like.columns].copy()
    for name in like:
        if not pd.api.types.is_numeric_dtype(like[name]):
            levels = sorted({*like[name].astype(str), *made[name].astype(str)})
            made[name] = pd.Categorical(made[name].astype(str), levels)
    return made


def trees(seed: int) -> HistGradientBoostingClassifier:
    """Gradient boosting of scikit-learn, as it comes."""
    return HistGradientBoostingClassifier(categorical_features="from_dtype", random_state=seed)


def told_apart(judged: pd.DataFrame, drawn: pd.DataFrame, seed: int) -> float:
    """The area under the ROC curve of five folds: real rows against as many drawn ones."""
    both = pd.concat(
        [judged, drawn[judged.columns].sample(len(judged), random_state=seed)], ignore_index=True
    )
    real = np.arange(len(both)) < len(judged)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    shares = cross_val_predict(trees(seed), encoded(both, both), real, cv=folds, method="predict_proba")
    return float(roc_auc_score(real, shares[:, 1]))


def taught(drawn: pd.DataFrame, judged: pd.DataFrame, target: str, seed: int) -> float:
    """The area of a classifier that learned the target from drawn rows, on real rows that nobody learned from."""
    both = encoded(pd.concat([drawn[judged.columns], judged], ignore_index=True), judged)
    first = np.arange(len(both)) < len(drawn)
    positive: Array = (both[target] == sorted(judged[target].unique())[-1]).to_numpy()
    if len(np.unique(positive[first])) < 2:
        return 0.5
    X = both.drop(columns=target)
    model = trees(seed).fit(X[first], positive[first])
    return float(roc_auc_score(positive[~first], model.predict_proba(X[~first])[:, 1]))


def file_of(folder: Path, one: MixedTable, seed: int, who: str) -> Path:
    """Where the rows that somebody drew are."""
    return folder / f"{one.name}-{seed}.{who.lower().replace(', ', '-').replace(' ', '-')}.csv"


def draw(folder: Path, chosen: Sequence[MixedTable], seeds: int) -> None:
    """What each learns from and draws, as files of the folder: NAME-SEED.WHO.csv. A file that is there stays."""
    fetch(folder)
    for one in chosen:
        train, _ = one.split(folder)
        for seed in range(seeds):
            train.to_csv(folder / f"{one.name}-{seed}.train.csv", index=False)
            for who, options in OURS.items():
                path = file_of(folder, one, seed, who)
                if not path.exists():
                    model = TabularVAE(**options, random_state=seed).fit(train)
                    model.sample(len(train), random_state=seed).to_csv(path, index=False)
    subprocess.run([python("ctgan"), "-m", "benchmarks.peers.tvae", str(folder)], check=True, cwd=ROOT)


def measure(folder: Path, chosen: Sequence[MixedTable], seeds: int) -> Found:
    """Both measures of everybody, of the files of the folder."""
    found: Found = {}
    for one in chosen:
        areas: dict[str, dict[str, list[float]]] = {TOLD: {}, TAUGHT: {}}
        train, judged = one.split(folder)
        for seed in range(seeds):
            of = {who: pd.read_csv(file_of(folder, one, seed, who)) for who in (*OURS, PEER)}
            for who, drawn in {**of, REAL: train}.items():
                areas[TOLD].setdefault(who, []).append(told_apart(judged, drawn, seed))
                areas[TAUGHT].setdefault(who, []).append(taught(drawn, judged, one.target, seed))
        found[one.name] = areas
    return found


def lines(found: Found, rows: dict[str, tuple[int, ...]], chosen: Sequence[MixedTable]) -> list[str]:
    """A Markdown table: a row a table and measure, with the means of the seeds and how far they lie apart."""
    head = ["table", "rows: learned from / judged by", "measure", *OURS, PEER, REAL, "better than TVAE"]
    written = [table.line(head), table.line(["---"] * len(head))]
    for one in chosen:
        for name, areas in found[one.name].items():
            cells = [f"{np.mean(each):.3f} ({min(each):.3f} to {max(each):.3f})" for each in areas.values()]
            learned, judging = rows[one.name]
            best = " and ".join(who for who in OURS if better(name, areas, who)) or "none"
            written.append(table.line([one.name, f"{learned:,} / {judging:,}", name, *cells, best]))
    return written


def better(name: str, areas: dict[str, list[float]], who: str) -> bool:
    """Whether this one of ours is better than the peer in the mean of the seeds: told apart less, or taught more."""
    ours, peer = float(np.mean(areas[who])), float(np.mean(areas[PEER]))
    return ours < peer if name == TOLD else ours > peer


def report(
    found: Found, rows: dict[str, tuple[int, ...]], chosen: Sequence[MixedTable]
) -> tuple[bool, list[str]]:
    """(whether one of ours is the better one throughout, the page that says so)."""
    missed = {
        who: [
            f"{name}, {what}"
            for name, one in found.items()
            for what, areas in one.items()
            if not better(what, areas, who)
        ]
        for who in OURS
    }
    said = [f"{who}: {'MISSED ' + '; '.join(what) if what else 'reached'}" for who, what in missed.items()]
    settings = ", ".join(f"{name}={value!r}" for name, value in OURS[TO_LEARN_FROM].items())
    return not all(missed.values()), [
        *lines(found, rows, chosen),
        "",
        *(f"{one.name}: {one.about}." for one in chosen),
        "",
        f"{TO_LEARN_FROM}: `{settings}`, chosen on a part of the rows learned from.",
        "",
        f"Required: better than {PEER} by both measures on both tables. {'. '.join(said)}.",
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and with the usual options write README.md. Ends with 1 where the peer is the better one."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthesis", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument(
        "--keep", metavar="FOLDER", help="where drawn tables stay, and are taken from when they are there"
    )
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(given.keep or name)
        folder.mkdir(exist_ok=True)
        draw(folder, TABLES, given.seeds)
        found = measure(folder, TABLES, given.seeds)
        rows = {one.name: tuple(map(len, one.split(folder))) for one in TABLES}
    reached, written = report(found, rows, TABLES)
    print(*written, sep="\n")
    if given.seeds == SEEDS:
        table.put(PAGE, "synthesis", written)
    sys.exit(int(not reached))


if __name__ == "__main__":
    main()
