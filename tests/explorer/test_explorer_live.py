"""A page that follows a training: served on this machine alone, with curves and a model that move."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import Browser, Page
from click.testing import CliRunner
from sklearn.datasets import load_digits

from vaekit import VAE, load, part
from vaekit.cli.explore import command
from vaekit.cli.fit import command as fit
from vaekit.data.read import read
from vaekit.errors import OutputExists
from vaekit.estimators.published import Published
from vaekit.explorer import live as module
from vaekit.explorer.live import Live, Server, serve

X = load_digits().data[:240]
QUICK = {"network": part("mlp", hidden=(8,)), "max_epochs": 3, "random_state": 0, "device": "cpu"}


def published(path: Path, **options: Any) -> Published:
    made = Published(path, **options)
    made.every = 0.0
    return made


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, Server]]:
    """A run after one epoch, and a server that follows it."""
    run = tmp_path / "run"
    VAE(2, **QUICK | {"max_epochs": 1}, callbacks=(published(run),)).fit(X)
    live = Live(run, lambda: read(X))
    live.wait()
    with serve(live) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield run, server
        server.shutdown()
        thread.join(10)


def asked(server: Server, path: str, host: str | None = None) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.request("GET", path, headers={} if host is None else {"Host": host})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_published_training_ends_on_the_same_weights_and_can_be_loaded_on_the_way(tmp_path: Path) -> None:
    run = tmp_path / "run"
    seen = []

    class Watched(Published):
        every = 0.0

        def write(self, estimator: Any) -> None:
            super().write(estimator)
            found = load(run)
            seen.append((len(found.history_), found.interrupted_, found.transform(X[:5])))

    alone = VAE(2, **QUICK).fit(X)
    watched = VAE(2, **QUICK, callbacks=(Watched(run),)).fit(X)
    np.testing.assert_array_equal(watched.transform(X), alone.transform(X))
    assert [(epochs, interrupted) for epochs, interrupted, _ in seen] == [(1, True), (2, True), (3, True)]
    assert not np.array_equal(seen[0][2], seen[1][2])


def test_a_run_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    run = tmp_path / "run"
    VAE(2, **QUICK).fit(X).save(run)
    before = {file.name: file.read_bytes() for file in run.iterdir()}
    with pytest.raises(OutputExists):
        Published(run)
    (run / "SHA256SUMS").rename(tmp_path / "sums")
    for file in run.iterdir():
        file.unlink()
    run.rmdir()

    class Disturbed(Published):
        every = 0.0

        def write(self, estimator: Any) -> None:
            super().write(estimator)
            for name, content in before.items():
                (run / name).write_bytes(content)

    disturbed = Disturbed(run)
    VAE(2, **QUICK, callbacks=(disturbed,)).fit(X)
    assert "another run was put there" in str(disturbed.trouble)
    assert {file.name: file.read_bytes() for file in run.iterdir()} == before


def test_the_server_answers_with_page_state_and_model_and_with_nothing_else(
    served: tuple[Path, Server],
) -> None:
    run, server = served
    status, page = asked(server, "/")
    assert status == 200
    assert b"connect-src 'self'" in page
    state = json.loads(asked(server, "/state.json")[1])
    assert (state["finished"], state["epochs"]) == (False, 1)
    assert [len(curve["values"]) for curve in state["curves"]] == [1, 1]
    told = json.loads(asked(server, "/model.json")[1])
    assert told["rows"]["count"] == len(X)
    for path in ("/../spec.json", "/spec.json", "/%2e%2e/", "/state.json?x"):
        assert asked(server, path)[0] == 404
    VAE(2, **QUICK).fit(X).save(run, force=True)
    later = json.loads(asked(server, "/state.json")[1])
    assert (later["finished"], later["epochs"]) == (True, 3)
    assert later["version"] != state["version"]
    assert json.loads(asked(server, "/model.json")[1])["model"] != told["model"]


@pytest.mark.parametrize("host", ["example.org", "example.org:{port}", "127.0.0.1", "localhost:1", ""])
def test_a_name_that_was_made_to_lead_here_is_refused(served: tuple[Path, Server], host: str) -> None:
    server = served[1]
    status, said = asked(server, "/model.json", host.format(port=server.server_port))
    assert status == 421
    assert said == b"This server answers its own machine only."
    assert server.server_address[0] == "127.0.0.1"
    assert asked(server, "/state.json", f"localhost:{server.server_port}")[0] == 200


def test_a_run_that_is_being_exchanged_is_the_one_before_for_a_moment(served: tuple[Path, Server]) -> None:
    run, server = served
    before = asked(server, "/state.json")[1]
    sums = (run / "SHA256SUMS").read_bytes()
    (run / "SHA256SUMS").write_bytes(sums.replace(sums[:8], b"00000000", 1))
    assert asked(server, "/state.json")[1] == before
    (run / "SHA256SUMS").unlink()
    assert asked(server, "/state.json")[1] == before


def until_said(page: Page, words: str) -> None:
    """Until the page says how far the training is, and shows it."""
    until = time.monotonic() + 60
    while not page.text("going").startswith(words):
        assert time.monotonic() < until, page.text("going")
        time.sleep(0.1)
    page.rest()


def test_the_page_moves_with_the_training(served: tuple[Path, Server], browser: Browser) -> None:
    run, server = served
    page = browser.visit(server.address, 320)
    page.run("window.vaekit.setCode([0.5, -0.5])")
    until_said(page, "Training: epoch 1, training ")
    before = page.shown, page.text("going"), page.run("document.getElementById('curves').toDataURL()")
    later = VAE(2, **QUICK).fit(X)
    later.save(run, force=True)
    until_said(page, "The training has ended: epoch 3, ")
    after = page.shown, page.text("going"), page.run("document.getElementById('curves').toDataURL()")
    assert all(one != other for one, other in zip(before, after, strict=True))
    chosen = page.run("document.getElementById('across').selectedOptions[0].textContent")
    assert chosen.split(" · ")[1] in page.text("units")  # both say what the value tells now
    code = np.array([[0.5, -0.5]])
    np.testing.assert_allclose(page.decoded(code), later.inverse_transform(code), atol=2e-3)
    assert page.run("document.documentElement.scrollWidth") <= 320
    assert set(page.requests) == {f"{server.address}state.json", f"{server.address}model.json"}
    assert page.complaints == []
    page.close()


def test_a_run_that_is_not_there_yet_is_waited_for(tmp_path: Path) -> None:
    live = Live(tmp_path / "run")
    waiting = threading.Thread(target=live.wait, daemon=True)
    waiting.start()
    assert not live.version
    VAE(2, **QUICK).fit(X).save(tmp_path / "run")
    waiting.join(60)
    assert live.state["epochs"] == 3
    assert b"No rows of the data are inside" in live.html


def test_the_commands_write_and_serve_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    np.save(tmp_path / "x.npy", X)
    options = ["--max-epochs", "2", "--network", "mlp:hidden=8", "-q"]
    words = ["-m", "vaekit", "fit", str(tmp_path / "x.npy"), "--live", "--out", str(run), *options]
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    assert (run / "measures.json").is_file()
    assert not load(run).interrupted_
    told: list[str] = []

    def ended(server: Server) -> None:
        told.append(str(server.server_address[0]))
        raise KeyboardInterrupt

    monkeypatch.setattr(module.Server, "serve_forever", ended)
    done = CliRunner().invoke(command, [str(run), "--live"])
    assert (done.exit_code, told) == (0, ["127.0.0.1"]), done.exception
    assert done.stdout.startswith("http://127.0.0.1:")
    assert done.stderr.strip().endswith("the server has ended; the run is as it was.")


def test_what_live_cannot_do_is_said() -> None:
    assert "leave out -o" in CliRunner().invoke(command, ["run", "--live", "-o", "page.html"]).output
    assert "give --out RUN" in CliRunner().invoke(fit, ["digits", "--live"]).output
