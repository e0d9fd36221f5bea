"""A tiny experiment that is registered for a test, and counts how often it trains."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from vaekit import VAE, part
from vaekit.reproduce import Bench, Experiment, Found, Row, Trial
from vaekit.reproduce.experiments import EXPERIMENTS

X = np.random.default_rng(0).normal(size=(200, 3))


@dataclass
class Tiny:
    """The experiment and the (trial, seed) of every training."""

    experiment: Experiment
    trained: list[tuple[str, int]] = field(default_factory=list)
    fails_at: tuple[str, int] | None = None
    epochs: int = 2

    def trial(self, name: str) -> Any:
        def run(bench: Bench) -> dict[str, Found]:
            self.trained.append((name, bench.seed))
            if self.fails_at == (name, bench.seed):
                raise KeyboardInterrupt
            model = VAE(1, network=part("mlp", hidden=(4,)), max_epochs=self.epochs, random_state=bench.seed)
            bench.fit(model, X, share=0.6)
            return {f"score {name}": bench.mean(model.score_samples, X)}

        return run

    def with_(self, **changes: Any) -> Experiment:
        """The experiment, changed, under its name."""
        self.experiment = replace(self.experiment, **changes)
        EXPERIMENTS[self.experiment.name] = self.experiment
        return self.experiment


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> Tiny:
    rows = (
        Row("score a", -4.0, "made up", least=-100.0, required=True),
        Row("score b", None, "reported only"),
    )
    made = Tiny(
        Experiment("tiny", "A tiny one.", "Nobody, 2020", "none", rows, (), seeds=2, least_seconds=0.5)
    )
    monkeypatch.setitem(EXPERIMENTS, "tiny", made.experiment)
    made.with_(trials=(Trial("a", made.trial("a")), Trial("b", made.trial("b"))))
    return made
