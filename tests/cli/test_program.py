"""The program itself: quick help, exit codes, one line for an error, nothing after a broken pipe."""

from __future__ import annotations

import inspect
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module

import click
import pytest
from calls import process, refused, vaekit

import vaekit as package
from vaekit import errors
from vaekit.cli.program import COMMANDS, EXIT_CODES, exit_code, sentence

HEAVY = {"torch", "sklearn", "scipy", "numpy", "pandas", "matplotlib", "pydantic", "PIL", "tqdm"}
CODES = {
    errors.VaekitError: 1,
    errors.SpecError: 2,
    errors.UnknownPart: 2,
    errors.UnknownOption: 2,
    errors.ClashError: 2,
    errors.DataError: 3,
    errors.DataTypeError: 3,
    errors.NetworkError: 2,
    errors.DivergedError: 5,
    errors.RunError: 1,
    errors.OutputExists: 2,
    errors.ModelFileError: 4,
    errors.MissingExtra: 1,
}


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"]])
def test_help_takes_less_than_half_a_second_of_a_processor(arguments: list[str]) -> None:
    """Processor time, so that what else the machine does counts little; the best of five."""
    taken = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert process(*arguments).communicate()[0].startswith("Usage: vaekit")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    assert min(taken) < 0.5


def test_no_help_and_no_list_imports_a_heavy_library() -> None:
    asked = [["--help"], ["--version"], ["list"], ["cite", "iwae"], *([name, "--help"] for name in COMMANDS)]
    code = f"""
import sys
from click.testing import CliRunner
from vaekit.cli.program import program
for arguments in {asked}:
    assert CliRunner().invoke(program, arguments).exit_code == 0, arguments
    print(*arguments, *({HEAVY} & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.splitlines() == [" ".join(arguments) for arguments in asked]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_of_itself_what_the_list_says(name: str) -> None:
    command = import_module(f"vaekit.cli.{name}").command
    assert inspect.cleandoc(command.help).splitlines()[0] == COMMANDS[name]


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["fit", "-h"]])
def test_help_goes_to_stdout_without_colours(arguments: list[str]) -> None:
    answer = vaekit(*arguments)
    assert answer.exit_code == 0
    assert answer.stdout.startswith("Usage: vaekit")
    assert "\x1b" not in answer.stdout


def test_the_version_is_that_of_the_package() -> None:
    assert vaekit("--version").stdout == f"vaekit {package.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (["ftt"], "Did you mean 'fit'?"),
        (["fit", "digits", "--latent-dm", "3"], "Did you mean '--latent-dim'?"),
        (["fit", "digits", "--recipe", "vap_vae"], "Did you mean 'vamp_vae'?"),
        (["fit", "digits", "--preset", "tf2-tutorials"], "Did you mean 'tf2-tutorial'?"),
        (["fit", "digits", "--prior", "vmap"], "Did you mean 'vamp'?"),
        (["fit", "digits", "--prior", "vamp:component=3"], "Did you mean 'components'?"),
        (["fit", "digits", "--model", "vea"], "'ae', 'vae'"),
        (["fit"], "Missing argument 'DATA'"),
        (["fit", "digits", "--beta", "2"], "--recipe beta_vae"),
        (["fit", "digits", "--recipe", "iwae", "--beta", "2"], "recipe 'iwae' has no option 'beta'"),
        (["fit", "digits", "--preset", "tf2-tutorial", "--recipe", "vae"], "leave out --recipe"),
        (["fit", "digits", "--model", "ae", "--prior", "mixture"], "model 'ae' has no option --prior"),
        (["fit", "digits", "--model", "ae", "--recipe", "iwae"], "recipe 'iwae' is a VAE"),
        (["fit", "digits", "--batch-size", "big"], "it takes a whole number"),
        (["list", "recipe-s"], "Did you mean 'recipes'?"),
        (["cite", "iwea"], "Did you mean 'iwae'?"),
        (["sample", "run", "-n", "0"], "0 is not in the range"),
    ],
)
def test_what_is_not_understood_ends_with_2_and_a_suggestion(arguments: list[str], saying: str) -> None:
    refused(*arguments, code=2, saying=saying)


def _all_kinds(root: type[errors.VaekitError]) -> Iterator[type[errors.VaekitError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _all_kinds(kind)


@pytest.mark.parametrize(
    "kind", [*dict.fromkeys(_all_kinds(errors.VaekitError))], ids=lambda kind: kind.__name__
)
def test_every_error_has_its_exit_code(kind: type[errors.VaekitError]) -> None:
    assert exit_code(kind("something")) == next(CODES[above] for above in kind.__mro__ if above in CODES)


def test_every_exit_code_is_in_the_help() -> None:
    codes = {code for _, code in EXIT_CODES} | {0, 1, 130}
    told = vaekit("--help").stdout.split("Exit codes:")[1].replace("\n", " ")
    assert {int(word) for word in told.split() if word.isdigit()} == codes


def test_an_error_is_one_line_however_it_was_written() -> None:
    assert sentence(errors.DataError("this\n  is wrong")) == "this is wrong"
    assert sentence(KeyError("x")) == "KeyError: 'x' (VAEKIT_DEBUG=1 shows where)"
    assert exit_code(KeyError("x")) == 1


def test_debugging_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAEKIT_DEBUG", "1")
    answer = vaekit("fit", "nowhere.csv")
    assert answer.exit_code == 3
    assert "Traceback" in answer.stderr
    assert answer.stderr.splitlines()[-1].startswith(
        "vaekit: no data set, file or folder is called 'nowhere.csv'"
    )


def test_ctrl_c_anywhere_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(click.Context, "invoke", interrupted)
    answer = vaekit("list")
    assert (answer.exit_code, answer.stdout, answer.stderr.strip()) == (130, "", "")


def test_a_broken_pipe_is_silent() -> None:
    reading, writing = os.pipe()
    os.close(reading)  # what `| head` does when it has seen enough
    try:
        ended = process("list", stdout=writing)
        assert (ended.communicate()[1], ended.returncode) == ("", 0)
    finally:
        os.close(writing)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_said_once() -> None:
    with open("/dev/full", "w") as full:
        ended = process("list", stdout=full)
        told = ended.communicate()[1]
    assert ended.returncode == 1
    assert told.startswith("vaekit: OSError")
    assert told.count("\n") == 1
