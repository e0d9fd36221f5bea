"""The program `vaekit`: its commands, how it says that something is wrong, and its exit codes.

    0    done
    1    the run failed
    2    the command was not understood, or its output exists already
    3    the data are bad
    4    the run folder is no run, or is damaged
    5    the training diverged; the last good weights were written
    130  interrupted by Ctrl-C

Data go to stdout, messages to stderr: one line, or a traceback with VAEKIT_DEBUG=1. Nothing is coloured but
lines of `measure` that say where a model gives nothing, and those on a terminal only.
"""

from __future__ import annotations

import importlib
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from vaekit import __version__
from vaekit.errors import (
    DataError,
    DivergedError,
    ModelFileError,
    NetworkError,
    OutputExists,
    SpecError,
    VaekitError,
    suggestion,
)

# name -> what it does: what `vaekit --help` shows without importing a command.
COMMANDS = {
    "fit": "Fit a model to DATA and write a run folder.",
    "sweep": "Fit a model to DATA at many betas and find the knee.",
    "list": "List recipes, parts, presets and data sets.",
    "sample": "Draw new examples from a fitted model.",
    "shard": "Write DATA as shards, or the manifest of a folder of them.",
    "encode": "Turn DATA into codes.",
    "decode": "Turn codes into examples.",
    "reconstruct": "Encode DATA and decode the codes.",
    "impute": "Fill the missing values of DATA.",
    "score": "Score each row of DATA, in nats.",
    "explain": "Say which values make a row strange.",
    "measure": "Say what a model is worth, beside simple methods on the same rows.",
    "compare": "Put the same numbers of several runs side by side.",
    "predict": "Say the class of each row of DATA, or its cluster.",
    "plot": "Draw one figure of a fitted model.",
    "report": "Write the report of a run again.",
    "explore": "Make one HTML page in which you walk through the codes of a model.",
    "inspect": "Say what the columns of DATA are, before any training.",
    "describe": "Describe DATA before any model.",
    "demo": "Run an experiment of the article on VAEs.",
    "tour": "Walk through the article on VAEs: claims, corrections, pictures.",
    "reproduce": "Run a result of the literature again and compare: paper, protocol, published, ours, gap.",
    "cite": "Print the references of a recipe, preset, part or run.",
    "doctor": "Say what this machine is like, and what is wrong with the model of RUN.",
}

INTERRUPTED = 130
EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (click.ClickException, 2),
    (OutputExists, 2),
    (SpecError, 2),
    (NetworkError, 2),
    (DataError, 3),
    (ModelFileError, 4),
    (DivergedError, 5),
)

_EPILOG = """\b
Examples:
  vaekit fit digits --latent-dim 8
  vaekit fit table.csv --labels species --recipe vamp_vae --components 20
  vaekit sample runs/digits-vae-1 -n 16 -o samples.png
  vaekit score runs/digits-vae-1 new.npy > scores.csv

\b
Exit codes: 0 done, 1 failed, 2 not understood or output exists, 3 bad data,
4 bad model file, 5 diverged, 130 interrupted."""


class Program(click.Group):
    """A group that imports a command when it is called, and ends as the exit codes say."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = importlib.import_module(f"vaekit.cli.{cmd_name}").command
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in COMMANDS:
            near = suggestion(args[0], COMMANDS)
            raise click.UsageError(
                f"no command is called '{args[0]}'; there are: {', '.join(COMMANDS)}.{near}", ctx
            )
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta["vaekit.typed"] = shlex.join(["vaekit", *args])
        return super().parse_args(ctx, args)

    def main(self, args: Sequence[str] | None = None, *_: Any, **__: Any) -> NoReturn:
        """Run the command and leave with its exit code."""
        try:
            done = super().main(args, "vaekit", standalone_mode=False)
            sys.stdout.flush()
        except (BrokenPipeError, SystemExit):
            # Whoever read our output has enough of it (`| head`), which click answers with SystemExit.
            _drop_stdout()
            done = 0
        except (click.Abort, KeyboardInterrupt):
            done = INTERRUPTED
        except Exception as error:
            done = _say(error)
            if isinstance(error, OSError) and not isinstance(error, VaekitError):
                _drop_stdout()
        sys.exit(done if isinstance(done, int) else 0)


def typed(ctx: click.Context) -> str:
    """The command as it was typed."""
    return str(ctx.meta["vaekit.typed"])


def exit_code(error: BaseException) -> int:
    """The code with which this error ends the program."""
    if type(error).__name__ == "InvalidParameterError":  # scikit-learn's, which is not imported for this
        return 2
    return next((code for kind, code in EXIT_CODES if isinstance(error, kind)), 1)


def sentence(error: Exception) -> str:
    """The error in one line."""
    if isinstance(error, click.ClickException):
        told = error.format_message()
        ctx = getattr(error, "ctx", None)
        told += f" See '{ctx.command_path} --help'." if ctx else ""
    elif isinstance(error, VaekitError) or exit_code(error) != 1:
        told = str(error)
    else:
        told = f"{type(error).__name__}: {error} (VAEKIT_DEBUG=1 shows where)"
    return " ".join(told.split())


def _say(error: Exception) -> int:
    if os.environ.get("VAEKIT_DEBUG") == "1":
        traceback.print_exception(error)
    click.echo(f"vaekit: {sentence(error)}", err=True)
    return exit_code(error)


def _drop_stdout() -> None:
    """Send the rest of stdout nowhere, so that Python's flush at exit has nothing to complain about."""
    try:
        number = sys.stdout.fileno()
    except (OSError, ValueError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, number)
    os.close(nowhere)


@click.group(
    cls=Program,
    invoke_without_command=True,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="vaekit %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Variational autoencoders on your own data, with numbers that are true."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> NoReturn:
    """The entry point `vaekit`."""
    program.main()
