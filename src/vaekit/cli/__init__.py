"""The command line: `vaekit COMMAND ...`, a command a file.

`program.py` is the door: the list of commands, what errors look like, exit codes. A command is imported when
it is called, and imports torch when it computes, so that help is quick.

To add a command: a file here with `command`, and its row in COMMANDS of `program.py`.
"""

from vaekit.cli.program import main

__all__ = ["main"]
