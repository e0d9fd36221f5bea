"""`vaekit shard` writes what `vaekit fit` reads from a disk."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from calls import SMALL_TYPED, refused, vaekit

from vaekit import load, open_shards
from vaekit.data.read import read, reread


@pytest.mark.usefixtures("without_pictures")
def test_a_table_becomes_shards_and_these_a_run(flowers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    answer = vaekit("shard", flowers, "--out", folder, "--rows-per-shard", "50", "--labels", "species")
    assert (answer.exit_code, answer.stdout) == (0, f"shards: {folder} (120 rows in 3 files)\n"), (
        answer.stderr
    )
    source, again = read(flowers, labels="species"), read(folder)
    table = source.X
    np.testing.assert_array_equal(open_shards(folder)[:], table)
    np.testing.assert_array_equal(again.y, source.y)
    assert again.class_names == source.class_names == ("iris", "rose")
    run, how = tmp_path / "run", ("--validation-fraction", "0.25", *SMALL_TYPED)
    answer = vaekit("fit", folder, "--out", run, "--checkpoint", tmp_path / "state", *how)
    assert answer.exit_code == 0, answer.stderr
    fitted = load(run)
    assert list(fitted.feature_names_in_) == ["length", "=width", "@depth"]
    measures = json.loads((run / "measures.json").read_text())
    assert measures["held_out_rows"] == 30
    assert measures["held_out_elbo"] == pytest.approx(fitted.score(table[fitted.held_out_]), abs=1e-3)
    assert reread(json.loads((run / "data.json").read_text())["source"]).rows == 120
    codes = vaekit("encode", run, folder, "--out", tmp_path / "codes.npy")
    assert (codes.exit_code, np.load(tmp_path / "codes.npy").shape) == (0, (120, 2)), codes.stderr
    refused("shard", flowers, "--out", folder, "--labels", "species", code=2, saying="exists")
    answer = vaekit("fit", folder, "--model", "cvae", "--out", tmp_path / "of-classes", *SMALL_TYPED)
    assert answer.exit_code == 0, answer.stderr
    assert vaekit("sample", tmp_path / "of-classes", "-c", "rose", "-n", "3").stdout.count("\n") == 4


def test_a_folder_of_files_gets_a_manifest_and_damage_ends_with_3(tmp_path: Path) -> None:
    X = np.random.default_rng(0).normal(size=(60, 3))
    for at in (0, 1):
        pd.DataFrame(X[30 * at : 30 * at + 30], columns=list("abc")).to_parquet(
            tmp_path / f"part-{at}.parquet"
        )
    refused("fit", tmp_path, code=3, saying=f"vaekit shard {tmp_path}")
    assert vaekit("shard", tmp_path).stdout == f"shards: {tmp_path} (60 rows in 2 files)\n"
    refused("shard", tmp_path, code=2, saying="exists")
    refused("shard", tmp_path, "--rows-per-shard", "5", code=2, saying="give --out FOLDER")
    pd.DataFrame(X[:30], columns=list("abc")).to_parquet(tmp_path / "part-1.parquet")
    refused(
        "fit",
        tmp_path,
        "--out",
        tmp_path / "run",
        *SMALL_TYPED,
        code=3,
        saying="part-1.parquet' is not the one",
    )
