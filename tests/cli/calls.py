"""How the tests call the program."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from click.testing import CliRunner, Result

from vaekit.cli.program import program
from vaekit.spec import part

SMALL: dict[str, Any] = {"network": part("mlp", hidden=(8,)), "max_epochs": 2, "random_state": 0}
SMALL_TYPED = ("--network", "mlp:hidden=8", "--max-epochs", "2", "--random-state", "0", "-q")


def vaekit(*arguments: object) -> Result:
    """The program's answer to these arguments, in this process."""
    return CliRunner().invoke(program, [str(argument) for argument in arguments])


def refused(*arguments: object, code: int, saying: str) -> str:
    """What the program says when it ends with this code: one line on stderr, nothing on stdout."""
    answer = vaekit(*arguments)
    assert (answer.exit_code, answer.stdout) == (code, ""), answer.output
    assert answer.stderr.startswith("vaekit: ")
    assert answer.stderr.count("\n") == 1
    assert saying in answer.stderr
    return answer.stderr


def process(*arguments: object, first: str = "", **settings: Any) -> subprocess.Popen[str]:
    """The program as a process of its own, which runs the lines `first` before."""
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **settings}
    start = ["-c", f"{first}\nfrom vaekit.cli import main\nmain()"] if first else ["-m", "vaekit"]
    command = [sys.executable, *start, *map(str, arguments)]
    return subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"}, **settings)
