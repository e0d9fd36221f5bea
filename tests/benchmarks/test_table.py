"""The harness of the benchmarks, without a benchmark: its works, its talk with a peer, its table."""

from __future__ import annotations

import ast
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from benchmarks.environments import PACKAGES, ROOT
from benchmarks.peers import networks
from benchmarks.peers.bare import Products
from benchmarks.peers.order import Order
from benchmarks.side_by_side import OURS, Comparison, _go_round, order_of
from benchmarks.sides import ENVIRONMENTS, PeerFailed, Program
from benchmarks.work import BARE, WORKS, Against, Work, chosen, operations_of_mlp
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import sides, table

PROGRAMS = {path.stem: path for path in (ROOT / "benchmarks/peers").glob("*.py")}
PEER = Against("peer", "pytorch", required=2.0, aim=3.0)
WORK = Work("work", "a work", Order("epoch"), (PEER,))


def deeds(program: str) -> set[str]:
    """What a program serves: the names in its call of `serve`, read without running it."""
    calls = [
        node for node in ast.walk(ast.parse(PROGRAMS[program].read_text())) if isinstance(node, ast.Call)
    ]
    served = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "serve"]
    assert all(isinstance(found, ast.Dict) for found in served)
    return {key.value for found in served for key in found.keys if isinstance(key, ast.Constant)}  # type: ignore[attr-defined]


def compared(
    ours: list[float], theirs: list[float], loss: float = 100.0, against: Against = PEER, work: Work = WORK
) -> Comparison:
    """A comparison with these seconds a round, ours at a loss of 100."""
    found = Comparison(work)
    for name, seconds, reached in ((OURS.name, ours, 100.0), (against.name, theirs, loss)):
        found.answers[name] = [{"seconds": s, "mebibytes": 300.0, "loss": reached} for s in seconds]
    return found


def test_works_have_names_of_their_own() -> None:
    assert not [name for name, times in Counter(work.name for work in WORKS).items() if times > 1]
    assert [work.name for work in chosen(["score", "encode"])] == ["encode", "score"]


def test_an_unknown_work_is_answered_with_those_that_exist() -> None:
    with pytest.raises(SystemExit, match="no work is called 'mlp'; there are: mlp-128, mlp-512"):
        chosen(["mlp"])


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_everybody_in_a_work_can_do_it(work: Work) -> None:
    for against in (OURS, *work.against):
        order = replace(work.order, **dict(against.changes))
        assert against.program in PROGRAMS
        assert against.program == "command" or order.deed in {"import", *deeds(against.program)}
        assert Order.read(order.written()) == order


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_an_epoch_is_made_of_whole_batches(work: Work) -> None:
    for some in (work, work.quickened()):
        assert some.order.rows % some.order.batch == 0
        assert some.order.rows <= 60_000


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_an_aim_is_above_what_is_required(work: Work) -> None:
    for against in work.against:
        assert (against.required is None) == (against.aim is None)
        if against.required is not None and against.aim is not None:
            assert against.required < against.aim


def test_every_environment_names_its_versions() -> None:
    assert set(ENVIRONMENTS.values()) == set(PACKAGES)
    assert all("==" in package for packages in PACKAGES.values() for package in packages)


def test_the_operations_of_an_epoch_are_those_that_torch_counts() -> None:
    order = Order("epoch", rows=7, batch=7)
    features, width = networks.features(order)
    encoder, decoder = torch.nn.Sequential(features, networks.head(order, width)), networks.decoder(order)
    x = torch.rand(7, 1, 28, 28)
    with FlopCounterMode(display=False) as counter:
        mean, log_variance = encoder(x).chunk(2, dim=1)
        binary_cross_entropy_with_logits(decoder(mean + log_variance), x).backward()
    assert operations_of_mlp(order) == counter.get_total_flops()


def test_the_ratio_is_the_median_of_the_rounds_ratios() -> None:
    (row,) = table.rows_of(compared([1.0, 2.0, 4.0], [3.0, 5.0, 30.0]))
    assert row[2:8] == ["3", "2.5", "7.5", "2", "3", "reaches the aim"]


@pytest.mark.parametrize(
    ("theirs", "said"), [(1.0, "below what is required"), (2.5, "holds"), (3.5, "reaches the aim")]
)
def test_a_ratio_is_told_what_it_is_worth(theirs: float, said: str) -> None:
    assert table.verdict(PEER, theirs) == said
    assert bool(table.falls_short([compared([1.0], [theirs])])) == (theirs < 2.0)


def test_who_reached_another_loss_gets_no_ratio() -> None:
    found = compared([1.0], [5.0], loss=110.0)
    (row,) = table.rows_of(found)
    assert row[2] == ""
    assert "loss 110" in row[7]
    assert "loss 110" in table.falls_short([found])[0]


def test_who_does_something_else_is_not_asked_for_its_loss() -> None:
    other = replace(PEER, same=False)
    (row,) = table.rows_of(compared([1.0], [5.0], 110.0, other, replace(WORK, against=(other,))))
    assert row[2] == "5"


def test_who_failed_is_named_with_the_reason() -> None:
    found = compared([1.0], [5.0])
    found.failed["peer"] = "no module"
    (row,) = table.rows_of(found)
    assert row[7] == "none: peer failed (no module)"


def test_what_the_machine_cannot_do_is_not_missed() -> None:
    found = Comparison(WORK, impossible="no such processor")
    assert "no such processor" in next(table.rows_of(found))[7]
    assert table.falls_short([found]) == []


def test_every_line_of_the_table_has_the_same_cells() -> None:
    lines = table.table([compared([1.0], [5.0]), compared([1.0], [5.0], loss=1.0)])
    assert {line.count("|") for line in lines} == {len(table.HEAD) + 1}


def test_a_page_changes_between_its_comments_only(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text("before\n<!-- peers: begin -->\nold\n<!-- peers: end -->\nafter\n")
    table.put(page, "peers", ["new", "lines"])
    assert page.read_text() == "before\n<!-- peers: begin -->\nnew\nlines\n<!-- peers: end -->\nafter\n"
    with pytest.raises(SystemExit, match="no place for step"):
        table.put(page, "step", [])


class Recorded:
    """A side that writes down when it had its turn."""

    def __init__(self, name: str, turns: list[str]) -> None:
        self.name, self.turns, self.ready = name, turns, {}  # type: ignore[var-annotated]

    def turn(self, profile: str = "") -> dict[str, Any]:
        self.turns.append(self.name)
        if self.name == "b" and self.turns.count("b") == 3:
            raise PeerFailed("b is tired")
        return {"seconds": 1.0}

    def close(self) -> None:
        self.turns.append(f"{self.name} closed")


def test_rounds_are_interleaved_and_begin_with_another_each_time() -> None:
    turns: list[str] = []
    named = {name: Recorded(name, turns) for name in "abc"}
    found = Comparison(WORK)
    for number in range(2):
        _go_round(named, found, number)  # type: ignore[arg-type]
    assert turns == ["a", "b", "c", "b", "c", "a"]
    assert {name: len(answers) for name, answers in found.answers.items()} == {"a": 2, "b": 2, "c": 2}


def test_who_fails_leaves_and_the_others_go_on() -> None:
    turns: list[str] = []
    named = {name: Recorded(name, turns) for name in "abc"}
    found = Comparison(WORK)
    for number in range(4):
        _go_round(named, found, number)  # type: ignore[arg-type]
    assert "b closed" in turns
    assert found.failed == {"b": "b is tired"}
    assert {name: len(answers) for name, answers in found.answers.items()} == {"a": 4, "c": 4}


PEER_PROGRAM = """
from benchmarks.peers.turns import serve

def epoch(order, turns):
    print("what a library prints")
    turns.tell(loss=order.rows)
    for turn in turns:
        turn.stop()
        turn.tell(loss=turn.taken)
        if turn.taken == 3:
            raise ValueError("worn out")

serve({"epoch": epoch})
"""


def test_a_peer_answers_once_a_turn_whatever_its_library_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    def command(program: str, order: Order) -> list[str]:
        return [sys.executable, "-c", PEER_PROGRAM, order.written()]

    monkeypatch.setattr(sides, "command", command)
    peer = Program("peer", Order("epoch", rows=5), threads=1)
    try:
        assert peer.ready["loss"] == 5
        answers = [peer.turn() for _ in range(2)]
        assert [answer["loss"] for answer in answers] == [1, 2]
        assert all(answer["seconds"] >= 0 and answer["mebibytes"] > 0 for answer in answers)
        with pytest.raises(PeerFailed, match="ValueError: worn out; exit code 1"):
            peer.turn()
    finally:
        peer.close()


def test_a_quick_run_changes_the_orders_of_all_sides(tmp_path: Path) -> None:
    class Files:
        def path(self, name: str, kind: str) -> Path:
            return tmp_path / f"{name}-{kind}"

    (target,) = chosen(["target"])
    quick = target.quickened()
    orders = [order_of(quick, against, Files(), tmp_path) for against in (OURS, *quick.against)]  # type: ignore[arg-type]
    assert [order.epochs for order in orders] == [1, 1]
    assert [order.deed for order in orders] == ["reach", "epochs"]


def test_a_ceiling_is_the_ratio_if_nothing_but_the_products_took_time() -> None:
    found = compared([1.0, 1.0], [3.0, 3.0], work=replace(WORK, against=(PEER, BARE)))
    found.answers[BARE.name] = [{"seconds": 0.5, "mebibytes": 300.0}] * 2
    (told,) = table.ceilings([found])
    assert "500 ms" in told
    assert told.endswith("at most 6 against peer")


def test_what_was_not_measured_bare_has_no_ceiling() -> None:
    assert not table.ceilings([compared([1.0], [3.0])])


def test_the_bare_products_are_those_of_the_network() -> None:
    order = Order("epoch", rows=64, batch=64)
    x, bare = torch.ones(64, 784), Products(order, 64)
    with FlopCounterMode(display=False) as counter:
        bare.forward(x, slice(4))
        bare.back(x)
    assert counter.get_total_flops() == operations_of_mlp(order)
    posterior, likelihood = networks.features(order)[0], networks.decoder(order)
    shapes = [tuple(weight.shape) for layers in (posterior, likelihood) for weight in layers.parameters()]
    assert {tuple(weight.shape) for weight in bare.weights} >= {shape for shape in shapes if len(shape) == 2}
