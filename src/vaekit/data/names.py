"""Names of columns: how those of a table differ from those that are wanted, and how one is typed."""

from __future__ import annotations

import shlex


def differences(wanted: list[str], given: list[str]) -> str | None:
    """One sentence on how the columns of a table differ from those that are wanted, or None."""
    if wanted == given:
        return None
    missing = [name for name in wanted if name not in given]
    added = [name for name in given if name not in wanted]
    if not missing and not added:
        at = next(at for at in range(len(wanted)) if wanted[at] != given[at])
        return (
            f"X has the columns of the schema in another order (column {at + 1} is '{given[at]}', wanted is "
            f"'{wanted[at]}'); give X[schema.names]."
        )
    if len(missing) == len(added) == 1 and wanted.index(missing[0]) == given.index(added[0]):
        return (
            f"X has '{added[0]}' where the schema has '{missing[0]}'; rename the column, if it is the same."
        )
    told = [f"lacks {_quoted(missing)}"] if missing else []
    told += [f"has {_quoted(added)}, which the schema has not"] if added else []
    cure = "leave out what is too much" if not missing else "give all columns of the schema, by their names"
    return f"X {' and '.join(told)}; {cure}."


def _quoted(names: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:6])
    return shown + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def as_typed(word: str) -> str:
    """A word as it is typed on a command line: letters of any script as they are, in quotes where a shell needs it."""
    return word if word.replace("_", "a").replace("-", "a").isalnum() else shlex.quote(word)
