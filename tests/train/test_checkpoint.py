"""A training that was killed goes on to the weights that it would have had."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from sklearn.datasets import load_wine

from vaekit import AAE, CVAE, VAE, part, write_shards
from vaekit.errors import OutputExists, RunError, SpecError
from vaekit.train import Callback, Checkpoint, windows

X, y = load_wine(return_X_y=True)
SMALL: dict[str, Any] = {
    "network": part("mlp", hidden=(8,)), "max_epochs": 4, "batch_size": 16, "validation_fraction": 0.2,
    "random_state": 0,
}  # fmt: skip
STEPS = 9  # an epoch has 142 rows


class Killed(Exception):
    pass


class Kill(Callback):
    """Ends the process at this step, as far as one can from inside."""

    def __init__(self, step: int) -> None:
        self.step = step

    def step_begins(self, training: Any) -> None:
        if training.step == self.step:
            raise Killed


def weights(fitted: Any) -> torch.Tensor:
    modules = [fitted.model_, *fitted.penalties_]
    return torch.cat([torch.nn.utils.parameters_to_vector(module.parameters()) for module in modules])


def history(fitted: Any) -> list[dict[str, float]]:
    return [{name: value for name, value in row.items() if name != "seconds"} for row in fitted.history_]


@pytest.fixture(autouse=True)
def every_third_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint after each third step, whatever the clock says."""
    monkeypatch.setattr(
        Checkpoint,
        "step_ends",
        lambda self, training: self.write(training) if training.step % 3 == 0 else None,
    )


MODELS = {
    "VAE": lambda **more: VAE(**SMALL, **more),
    "dropout, schedule, warm-up": lambda **more: VAE(
        **SMALL | {"network": part("mlp", hidden=(8,), dropout=0.3)}, schedule="cosine",
        bound=part("elbo", warm_up=3.0), **more,
    ),
    "average, sgd, clipped": lambda **more: VAE(**SMALL, ema=0.9, optimizer="sgd", gradient_clip=1.0, **more),
    "two players": lambda **more: AAE(**SMALL, **more),
    "condition": lambda **more: CVAE(**SMALL, **more),
}  # fmt: skip


@pytest.mark.parametrize("step", [2, 4, STEPS, STEPS + 1, 2 * STEPS + 5, 4 * STEPS - 1])
@pytest.mark.parametrize("on_disk", [False, True], ids=["array", "shards"])
def test_a_fit_that_was_killed_ends_on_the_same_weights(
    step: int, on_disk: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(windows, "WINDOW_BYTES", 40 * X[:1].nbytes)
    given = write_shards(X, tmp_path / "s", rows_per_shard=15) if on_disk else X
    _same_weights(MODELS["VAE"], given, step, tmp_path / "state")


@pytest.mark.parametrize("name", [name for name in MODELS if name != "VAE"])
def test_all_that_a_step_depends_on_is_kept(name: str, tmp_path: Path) -> None:
    _same_weights(MODELS[name], X, STEPS + 5, tmp_path / "state")


def _same_weights(make: Any, given: Any, step: int, state: Path) -> None:
    whole = make().fit(given, y)
    with pytest.raises(Killed):
        make(callbacks=(Kill(step),)).fit(given, y, checkpoint=state)
    assert state.exists() == (step >= 3)
    again = make().fit(given, y, checkpoint=state)
    assert any("goes on from" in line for line in again.log_) == (step >= 3)
    assert torch.equal(weights(again), weights(whole))
    assert history(again) == history(whole)
    assert (again.best_epoch_, again.n_iter_) == (whole.best_epoch_, whole.n_iter_)
    assert list(state.parent.glob(".vaekit-*")) == []


def test_writing_checkpoints_changes_nothing_and_a_finished_fit_can_be_had_again(tmp_path: Path) -> None:
    whole, written, again = (
        VAE(**SMALL).fit(X, **({} if state is None else {"checkpoint": tmp_path / "state"}))
        for state in (None, 1, 2)
    )
    assert torch.equal(weights(written), weights(whole))
    assert torch.equal(weights(again), weights(whole))


FIT = """
import sys
import numpy as np
from vaekit import VAE, open_shards, part
from vaekit.train import Callback, Checkpoint, windows
windows.WINDOW_BYTES = 4000
folder, state, out = sys.argv[1:]
Checkpoint.every = 0.0
class Slow(Callback):
    def step_ends(self, training):
        if out == "none":
            print(training.step, flush=True)
            import time; time.sleep(0.05)
vae = VAE(network=part("mlp", hidden=(8,)), max_epochs=6, batch_size=16, random_state=0, callbacks=(Slow(),))
vae.fit(open_shards(folder), checkpoint=None if state == "none" else state)
np.save(out, np.concatenate([p.detach().numpy().ravel() for p in vae.model_.parameters()]))
"""


def test_a_process_that_was_killed_by_the_system_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    write_shards(X, tmp_path / "s", rows_per_shard=15)

    def fit(state: object, out: object) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", FIT, str(tmp_path / "s"), str(state), str(out)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    with fit(tmp_path / "state", "none") as killed:
        assert killed.stdout is not None
        while int(killed.stdout.readline()) < 25:
            pass
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait() == -signal.SIGKILL
    for state, out in ((tmp_path / "state", "again.npy"), ("none", "whole.npy")):
        with fit(state, tmp_path / out) as fitted:
            assert fitted.wait() == 0
    np.testing.assert_array_equal(np.load(tmp_path / "again.npy"), np.load(tmp_path / "whole.npy"))


LARGE = """
import sys
from pathlib import Path
import numpy as np
from vaekit import VAE, open_shards, part
from vaekit.train import Callback, Checkpoint
folder, state, out = sys.argv[1:]
Checkpoint.every = 1.0
class Tell(Callback):
    def step_ends(self, training):
        if training.step % 100 == 0:
            lines = Path("/proc/self/status").read_text().splitlines()
            held = next(line.split()[1] for line in lines if line.startswith("RssAnon"))
            print(training.step, int(held) // 1024, flush=True)
vae = VAE(5, network=part("mlp", hidden=(64,)), likelihood="gaussian", batch_size=512, max_epochs=2,
          random_state=0, callbacks=(Tell(),))
vae.fit(open_shards(folder), checkpoint=None if state == "none" else state)
np.save(out, np.concatenate([p.detach().numpy().ravel() for p in vae.model_.parameters()]))
"""


@pytest.mark.timeout(3600)
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    "rows", [pytest.param(10**6, marks=pytest.mark.slow), pytest.param(10**7, marks=pytest.mark.long)]
)
def test_many_rows_killed_in_the_second_epoch_end_on_the_same_weights_in_little_memory(
    rows: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    blocks = (rng.standard_normal((50_000, 100), np.float32) for _ in range(rows // 50_000))
    write_shards(blocks, tmp_path / "s")
    an_epoch = rows / 512  # a little less, since some rows are held out

    def fit(state: object, out: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", LARGE, str(tmp_path / "s"), str(state), str(tmp_path / out)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    with fit(tmp_path / "state", "killed.npy") as killed:
        assert killed.stdout is not None
        while int(killed.stdout.readline().split()[0]) < 1.25 * an_epoch:
            pass
        killed.kill()
    assert not (tmp_path / "killed.npy").exists()
    steps, memory = {}, {}
    for state, out in ((tmp_path / "state", "again.npy"), ("none", "whole.npy")):
        told, _ = fit(state, out).communicate()
        steps[out], memory[out] = np.array([line.split() for line in told.splitlines()], int).T
    assert steps["whole.npy"][0] == 100
    assert steps["again.npy"][0] > an_epoch
    np.testing.assert_array_equal(np.load(tmp_path / "again.npy"), np.load(tmp_path / "whole.npy"))
    print(f"{rows:,} rows: {memory['whole.npy'].max()} MiB, resumed {memory['again.npy'].max()} MiB")
    assert max(memory["whole.npy"].max(), memory["again.npy"].max()) < 700


def test_a_checkpoint_comes_when_its_time_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    clock = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    checkpoint = Checkpoint(tmp_path / "state", "fit")
    written: list[float] = []
    monkeypatch.setattr(checkpoint, "write", lambda training: written.append(clock[0]))
    for clock[0] in (159.0, 160.0):
        checkpoint.step_ends(None)
    assert written == [160.0]


@pytest.mark.parametrize(
    "other",
    [
        lambda: (VAE(**SMALL | {"random_state": 1}), X),
        lambda: (VAE(**SMALL | {"batch_size": 17}), X),
        lambda: (VAE(**SMALL), X[:-1]),
        lambda: (VAE(**SMALL), X + np.eye(*X.shape)),
    ],
    ids=["seed", "parameter", "rows", "values"],
)
def test_the_checkpoint_of_another_fit_is_refused_and_left(other: Any, tmp_path: Path) -> None:
    VAE(**SMALL).fit(X, checkpoint=tmp_path / "state")
    before = (tmp_path / "state").read_bytes()
    model, data = other()
    with pytest.raises(RunError, match="is the checkpoint of another fit"):
        model.fit(data, checkpoint=tmp_path / "state")
    assert (tmp_path / "state").read_bytes() == before


@pytest.mark.parametrize("kind", ["text", "tensors", "cut", "folder"])
def test_what_is_no_checkpoint_is_never_written_over(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "state"
    if kind == "text":
        path.write_text("my notes")
    elif kind == "tensors":
        save_file({"a": torch.ones(2)}, path)
    elif kind == "cut":
        VAE(**SMALL).fit(X, checkpoint=path)
        path.write_bytes(path.read_bytes()[:-100])
    else:
        path.mkdir()
    before = None if path.is_dir() else path.read_bytes()
    with pytest.raises(OutputExists, match="cannot be read as a checkpoint"):
        VAE(**SMALL).fit(X, checkpoint=path)
    assert before is None or path.read_bytes() == before


def test_a_fit_that_could_not_begin_again_takes_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="random_state=None"):
        VAE(**SMALL | {"random_state": None}).fit(X, checkpoint=tmp_path / "state")
