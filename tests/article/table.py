"""The table of the article's acceptance tests: `python tests/article/table.py FOLDER`.

FOLDER is what VAEKIT_ACCEPTANCE was when the tests ran (`make slow` sets it). A threshold that was missed stands there
as missed. Tests of closed forms, which keep no record, are not in the table: `make test` says that they pass.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def table(folder: Path) -> list[str]:
    """Lines of a Markdown table, by number."""
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    lines = ["| test | what | threshold | measured | |", "|---|---|---|---|---|"]
    for row in sorted(rows, key=lambda row: (row["number"], row["what"])):
        verdict = "" if row["threshold"] == "reported" else "met" if row["met"] else "**missed**"
        lines.append(
            f"| {row['number']} | {row['what']} | {row['threshold']} | {row['measured']:.5g} | {verdict} |"
        )
    return lines


if __name__ == "__main__":
    print("\n".join(table(Path(sys.argv[1]))))
