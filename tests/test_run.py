"""A run folder is written whole or not at all, and what is read is what was written or refused in words."""

from __future__ import annotations

import errno
import json
import os
import random
import shutil
import socket
import stat
import subprocess
import sys
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from vaekit import run
from vaekit.errors import ModelFileError, OutputExists, RunError
from vaekit.run import CHECKED, SUMS, from_json, read_checked, to_json, write_file, write_folder

OLD = {name: f"old {name}".encode() for name in CHECKED}
NEW = {name: f"new {name}".encode() * 9 for name in CHECKED}
posix = pytest.mark.skipif(os.name != "posix", reason="needs a POSIX system")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run, alone in a folder of its own."""
    return write_folder(tmp_path / "place" / "run", OLD)


def names_beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir())


def child(script: str, *words: object) -> subprocess.Popen[str]:
    """A Python program of its own, which imports nothing heavier than vaekit.run."""
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def said_by(script: str, *words: object) -> str:
    out, err = child(script, *words).communicate(timeout=60)
    assert not err, err
    return out


# --- writing ---------------------------------------------------------------------------------------


def test_what_was_written_is_read_and_nothing_else_stays(tmp_path: Path) -> None:
    files = {**OLD, "report.html": b"<p>", "pictures/one.png": b"1", "pictures/two.png": b"2"}
    folder = tmp_path / "new" / "place" / "run"
    assert write_folder(folder, files) == folder
    assert read_checked(folder) == OLD
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {name: content for name, content in found.items() if name != SUMS} == files
    assert names_beside(folder) == ["run"]


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="there is no sha256sum")
def test_the_sums_are_those_of_sha256sum(folder: Path) -> None:
    def check() -> int:
        return subprocess.run(
            ["sha256sum", "-c", "--strict", SUMS], cwd=folder, capture_output=True
        ).returncode

    assert check() == 0
    (folder / "data.json").write_bytes(b"other")
    assert check() == 1


@posix
@pytest.mark.parametrize(
    ("umask", "folders", "files"), [(0o022, 0o755, 0o644), (0o077, 0o700, 0o600)], ids=oct
)
def test_modes_are_those_of_any_new_file_of_the_user(
    tmp_path: Path, umask: int, folders: int, files: int
) -> None:
    before = os.umask(umask)
    try:
        folder = write_folder(tmp_path / "run", OLD)
        write_file(folder / "report.html", b"<p>")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == folders
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {files}


@pytest.mark.parametrize("swaps_in_one_step", [True, False])
def test_force_replaces_a_run_whole(
    folder: Path, swaps_in_one_step: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not swaps_in_one_step:
        monkeypatch.setattr(run, "_exchange", lambda one, other: False)
    (folder / "notes.txt").write_text("of the old run")
    write_folder(folder, NEW, force=True)
    assert read_checked(folder) == NEW
    assert sorted(path.name for path in folder.iterdir()) == sorted([*CHECKED, SUMS])
    assert names_beside(folder) == ["run"]


def test_a_run_is_not_replaced_unasked(folder: Path) -> None:
    with pytest.raises(OutputExists, match="with force"):
        write_folder(folder, NEW)
    assert read_checked(folder) == OLD


def a_file(path: Path) -> None:
    path.write_text("mine")


def an_empty_folder(path: Path) -> None:
    path.mkdir()


def a_folder_with_a_spec(path: Path) -> None:
    path.mkdir()
    (path / "spec.json").write_text("{}")
    (path / "mine.txt").write_text("mine")


def a_link_to_a_run(path: Path) -> None:
    path.symlink_to(write_folder(path.parent / "other", OLD))


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@posix
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    "made", [a_file, an_empty_folder, a_folder_with_a_spec, a_link_to_a_run, a_link_to_nothing, a_pipe]
)
def test_what_is_no_run_is_never_replaced(made, force: bool, tmp_path: Path) -> None:
    path = tmp_path / "here"
    made(path)
    before = {str(p.relative_to(tmp_path)): os.lstat(p) for p in sorted(tmp_path.rglob("*"))}
    with pytest.raises(OutputExists, match="is not a run" if force else "exists; choose another place"):
        write_folder(path, NEW, force=force)
    assert {str(p.relative_to(tmp_path)): os.lstat(p) for p in sorted(tmp_path.rglob("*"))} == before


@pytest.mark.parametrize("force", [False, True])
def test_what_comes_between_the_look_and_the_rename_is_not_lost(
    tmp_path: Path, force: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process makes the same folder while this one writes its files."""
    path, whole = tmp_path / "run", run._sync_folder

    def somebody_elses(staging: Path) -> None:
        monkeypatch.setattr(run, "_sync_folder", whole)
        a_folder_with_a_spec(path)

    monkeypatch.setattr(run, "_sync_folder", somebody_elses)
    with pytest.raises(OutputExists):
        write_folder(path, NEW, force=force)
    assert (path / "mine.txt").read_text() == "mine"
    assert names_beside(path) == ["run"]


def test_a_run_that_comes_or_goes_at_the_last_moment_means_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.rename

    def comes(one: Path, other: Path) -> None:
        monkeypatch.setattr(os, "rename", real)
        write_folder(other, OLD)
        os.rename(one, other)

    monkeypatch.setattr(os, "rename", comes)
    write_folder(tmp_path / "run", NEW, force=True)
    assert read_checked(tmp_path / "run") == NEW

    def goes(one: Path, other: Path) -> bool:
        shutil.rmtree(other, ignore_errors=True)
        return False

    monkeypatch.setattr(run, "_exchange", goes)
    write_folder(tmp_path / "run", OLD, force=True)
    assert read_checked(tmp_path / "run") == OLD
    assert names_beside(tmp_path / "run") == ["run"]


# --- disks and places that fail --------------------------------------------------------------------


@pytest.mark.parametrize("there", [True, False], ids=["over a run", "new"])
def test_a_disk_that_fails_at_any_sync_leaves_old_or_new_whole(
    tmp_path: Path, there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, failed = os.fsync, 0
    for fails_at in range(1, 12):
        path = tmp_path / str(fails_at) / "run"
        if there:
            write_folder(path, OLD)
        calls = 0

        def fsync(handle: int, fails_at: int = fails_at) -> None:
            nonlocal calls
            calls += 1
            if calls == fails_at:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(handle)

        error = None
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fsync)
            try:
                write_folder(path, NEW, force=True)
            except RunError as caught:
                error, failed = str(caught), failed + 1
        if error is None:
            assert read_checked(path) == NEW
        else:
            assert "No space left on device. Nothing was changed there." in error
            assert read_checked(path) == OLD if there else not path.exists()
        assert names_beside(path) == (["run"] if path.exists() else [])
    assert failed == len(CHECKED) + 1


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_rename_that_fails_leaves_the_old_run(
    folder: Path, fails_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two renames are needed, the second may fail: the first is undone."""
    real, calls = os.rename, 0

    def rename(one: Path, other: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(one, other)

    monkeypatch.setattr(run, "_exchange", lambda one, other: False)
    monkeypatch.setattr(os, "rename", rename)
    with pytest.raises(RunError, match="Input/output error"):
        write_folder(folder, NEW, force=True)
    assert read_checked(folder) == OLD
    assert names_beside(folder) == ["run"]


LIMITED = """
import resource, sys
from vaekit.errors import RunError
from vaekit.run import CHECKED, write_file, write_folder
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
content = b"x" * 5000
for write in (
    lambda: write_folder(sys.argv[1], dict.fromkeys(CHECKED, content), force=True),
    lambda: write_file(sys.argv[2], content),
):
    try:
        write()
    except RunError as error:
        print(error)
"""


@posix
def test_files_that_may_not_grow_leave_the_old_ones(folder: Path) -> None:
    """The kernel itself refuses the write, as it does for a quota."""
    (folder / "report.html").write_text("old")
    said = said_by(LIMITED, folder, folder / "report.html")
    assert said.count("File too large. Nothing was changed there.") == 2
    assert read_checked(folder) == OLD
    assert (folder / "report.html").read_text() == "old"
    assert names_beside(folder) == ["run"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*CHECKED, SUMS, "report.html"])


@pytest.fixture
def small_disk(tmp_path: Path):
    """A disk of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here (this needs root)")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_said_and_the_old_run_stays(small_disk: Path) -> None:
    folder = write_folder(small_disk / "run", OLD)
    with pytest.raises(RunError, match="No space left on device"):
        write_folder(folder, {**NEW, "weights.safetensors": bytes(2**17)}, force=True)
    with pytest.raises(RunError, match="No space left on device"):
        write_file(folder / "report.html", bytes(2**17))
    assert read_checked(folder) == OLD
    assert names_beside(folder) == ["run"]
    assert not (folder / "report.html").exists()


UNPRIVILEGED = """
import os, sys
from vaekit.errors import RunError
from vaekit.run import CHECKED, write_file, write_folder
if os.geteuid() == 0:
    os.seteuid(65534)
files = {name: b"new" for name in CHECKED}
for write in (
    lambda: write_folder(sys.argv[1] + "/run", files, force=True),
    lambda: write_folder(sys.argv[1] + "/other", files),
    lambda: write_file(sys.argv[1] + "/run/report.html", b"new"),
):
    try:
        write()
    except RunError as error:
        print(error)
"""


@posix
def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    place = tmp_path / "place"
    folder = write_folder(place / "run", OLD)
    opened = [
        p for p in (tmp_path, *tmp_path.parents) if p.stat().st_uid == os.geteuid() and len(p.parts) > 2
    ]
    modes = {p: stat.S_IMODE(p.stat().st_mode) for p in (*opened, folder, place)}
    try:
        for path, mode in modes.items():
            path.chmod(0o555 if path in (folder, place) else mode | 0o111)
        said = said_by(UNPRIVILEGED, place)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert said.count("Permission denied. Nothing was changed there.") == 3
    assert read_checked(folder) == OLD
    assert names_beside(folder) == ["run"]


def test_places_that_cannot_be_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RunError, match="Not a directory"):
        write_folder(tmp_path / "file" / "run", NEW)
    with pytest.raises(RunError, match="Not a directory"):
        write_folder(tmp_path / "file" / "deeper" / "run", NEW)
    with pytest.raises(RunError, match="name too long"):
        write_folder(tmp_path / ("n" * 300), NEW)
    with pytest.raises(RunError, match="does not exist"):
        read_checked(tmp_path / ("n" * 300))
    assert names_beside(tmp_path / "file") == ["file"]


def test_a_name_as_long_as_the_system_allows_is_no_obstacle(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / ("é" * 127), OLD)
    write_folder(folder, NEW, force=True)
    write_file(folder / ("n" * 255), b"1")
    assert read_checked(folder) == NEW


def test_one_file_is_written_whole_or_not_at_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_file(folder / "report.html", b"old")
    with pytest.raises(RunError, match="No such file or directory"):
        write_file(folder / "nowhere" / "report.html", b"new")
    with pytest.raises(RunError, match="Is a directory"):
        write_file(folder.parent / "run", b"new")

    def fsync(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(RunError, match=r"No space left on device. Nothing was changed there\."):
        write_file(folder / "report.html", b"new")
    assert (folder / "report.html").read_bytes() == b"old"
    assert sorted(path.name for path in folder.iterdir()) == sorted([*CHECKED, SUMS, "report.html"])
    assert names_beside(folder) == ["run"]


# --- processes that die or meet --------------------------------------------------------------------

SAVE_FOR_EVER = """
import itertools, sys
from vaekit.run import CHECKED, write_folder
runs = [{name: str(k).encode() * 200_000 for name in CHECKED} for k in range(2)]
print("ready", flush=True)
for k in itertools.count(int(sys.argv[2])):
    write_folder(sys.argv[1], runs[k % 2], force=True)
"""
EITHER = [{name: str(k).encode() * 200_000 for name in CHECKED} for k in range(2)]


def killed_while_saving(folder: Path, times: int) -> None:
    rng = random.Random(0)
    seen = set()
    for time_of_death in range(times):
        saving = child(SAVE_FOR_EVER, folder, time_of_death)
        saving.stdout.readline()
        time.sleep(rng.uniform(0, 0.1))
        saving.kill()
        saving.communicate()
        if folder.exists():
            found = read_checked(folder)
            assert found in EITHER
            seen.add(found["spec.json"][:1])
    assert folder.exists()
    assert seen == {b"0", b"1"}
    left = [name for name in names_beside(folder) if name != folder.name]
    assert all(name.startswith(".vaekit-") for name in left)
    write_folder(folder, NEW, force=True)
    assert read_checked(folder) == NEW


def test_a_process_killed_while_it_saves_leaves_old_or_new_whole(tmp_path: Path) -> None:
    killed_while_saving(tmp_path / "run", 20)


@pytest.mark.slow
def test_a_process_killed_while_it_saves_leaves_old_or_new_whole_200_times(tmp_path: Path) -> None:
    killed_while_saving(tmp_path / "run", 200)


SAVE_MANY = """
import sys
from vaekit.errors import OutputExists
from vaekit.run import CHECKED, write_folder
place, who, force = sys.argv[1], sys.argv[2], sys.argv[3] == "True"
files = {name: who.encode() * 10_000 for name in CHECKED}
print("ready", flush=True)
for n in range(40):
    try:
        write_folder(f"{place}/{n}", files, force=force)
        print("won", n)
    except OutputExists:
        print("lost", n)
"""


@pytest.mark.parametrize("force", [True, False])
def test_of_two_processes_that_save_to_one_place_one_wins_whole(tmp_path: Path, force: bool) -> None:
    savers = [child(SAVE_MANY, tmp_path, who, force) for who in "AB"]
    heard = [saver.communicate(timeout=60) for saver in savers]
    assert [err for _, err in heard] == ["", ""]
    outcomes = [out.split("\n")[1:-1] for out, _ in heard]
    for n in range(40):
        found = read_checked(tmp_path / str(n))
        winner = found["spec.json"][:1]
        assert found == dict.fromkeys(CHECKED, winner * 10_000)
        won = [lines[n] == f"won {n}" for lines in outcomes]
        # Both may win with force, the later one for good; without, the first alone.
        assert won == [True, True] if force else won == [winner == b"A", winner == b"B"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(map(str, range(40)))


# --- reading ---------------------------------------------------------------------------------------


def test_what_is_no_run_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for name, said in [
        ("nowhere", "does not exist"),
        ("file", "is not a folder"),
        (".", "it has no spec.json"),
    ]:
        with pytest.raises(RunError, match=said) as caught:
            read_checked(tmp_path / name)
        assert "`vaekit fit`" in str(caught.value)


@pytest.mark.parametrize("name", [*CHECKED[1:], SUMS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelFileError, match=name) as caught:
        read_checked(folder)
    assert name != SUMS or "take a copy" in str(caught.value)


@pytest.mark.parametrize("name", CHECKED)
def test_a_file_cut_anywhere_is_refused_with_its_name_and_size(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    for sixteenth in range(16):
        cut = whole[: len(whole) * sixteenth // 16]
        path.write_bytes(cut)
        with pytest.raises(ModelFileError, match=f"{name}' is not what was saved: it has {len(cut)} bytes"):
            read_checked(folder)
    path.write_bytes(whole)
    assert read_checked(folder) == OLD


@pytest.mark.parametrize("name", [*CHECKED, SUMS])
def test_any_one_byte_changed_is_refused_or_harmless(folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    for at in range(len(whole)):
        changed = bytearray(whole)
        changed[at] ^= 1 << (at % 8)
        path.write_bytes(changed)
        if name == SUMS:
            with suppress(ModelFileError):
                assert read_checked(folder) == OLD
        else:
            with pytest.raises(ModelFileError, match=name):
                read_checked(folder)


def as_link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_socket(path: Path) -> None:
    path.unlink()
    before = Path.cwd()
    os.chdir(path.parent)  # the name of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(before)


def as_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


@posix
@pytest.mark.parametrize("made", [as_link, as_pipe, as_folder, as_socket, as_device])
@pytest.mark.parametrize("name", [*CHECKED, SUMS])
def test_only_ordinary_files_are_read_and_nothing_is_waited_for(folder: Path, name: str, made) -> None:
    made(folder / name)
    with pytest.raises(ModelFileError, match=name):
        read_checked(folder)


def test_a_file_that_claims_to_be_vast_is_not_read(folder: Path) -> None:
    with (folder / "spec.json").open("r+b") as file:
        file.truncate(2**40)  # a hole: the disk holds none of it
    tracemalloc.start()
    try:
        with pytest.raises(ModelFileError, match="at most 33,554,432"):
            read_checked(folder)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


LITTLE_MEMORY = """
import resource, sys
from vaekit.errors import ModelFileError
from vaekit.run import read_checked
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
try:
    read_checked(sys.argv[1])
except ModelFileError as error:
    print(error)
"""


@posix
def test_weights_that_no_memory_holds_are_refused_in_words(folder: Path) -> None:
    with (folder / "weights.safetensors").open("r+b") as file:
        file.truncate(2**40)
    assert "1,099,511,627,776 bytes are more than memory holds" in said_by(LITTLE_MEMORY, folder)


def test_json_comes_back_as_it_was() -> None:
    value = {"a": [1, 2.5, -1e-300, None, True], "ключ": "</script>", "": {"b": []}}
    assert from_json(to_json(value), "x.json") == value


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is not the JSON of a run"),
        (b"{", "is not the JSON of a run"),
        (b"{} {}", "Extra data"),
        (b"[]", "holds a list, not an object"),
        (b"1", "holds a int, not an object"),
        (b'{"a": 1, "a": 1}', "a key stands twice"),
        (b'{"b": {"a": 1, "a": 2}}', "a key stands twice"),
        (b'{"a": NaN}', "NaN is no number in JSON"),
        (b'{"a": -Infinity}', "-Infinity is no number in JSON"),
        (b'{"a": 1e999}', "larger than a number can be"),
        (b'{"a": ' + b"9" * 5000 + b"}", "is not the JSON of a run"),
        (b'{"a": "\xff\xfe"}', "is not the JSON of a run"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is not the JSON of a run"),
        (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "is not the JSON of a run"),
        (b'{"a": "' + b" " * 2**25 + b'"}', "at most 33,554,432"),
    ],
    ids=range(15),
)
def test_what_is_not_strict_json_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ModelFileError, match=said) as caught:
        from_json(content, "x.json")
    assert "'x.json'" in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_json_has_not_are_not_written(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"a": value})


def test_json_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(RunError, match="at most 33,554,432"):
        to_json({"names": ["x" * 2**20] * 33})
    assert json.loads(to_json({"names": ["x" * 2**20] * 3}))["names"][2] == "x" * 2**20
