"""docs/reproductions.md: the kept results as one table, and beneath it how each differs from its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

HEAD = """# Reproductions

Results of the literature, run again. Written by `vaekit reproduce --page` from what `vaekit reproduce NAME` kept; no
number here is typed by hand. *published* is what the source prints, *gap* is ours less that, and what is *required*
decides the exit code of the command. The standard error is over seeds where there are several, else over the rows that
were measured.

| experiment | measure | published | ours | gap | required | met |
|---|---|---|---|---|---|---|
"""


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """The page of results as `Result.to_json` wrote them."""
    rows = [_row(result, row) for result in results for row in result["rows"]]
    return HEAD + "\n".join(rows) + "\n\n" + "\n".join(_section(result) for result in results)


def _row(result: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    cells = (result["name"], row["measure"], *cells_of(row))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def cells_of(row: Mapping[str, Any]) -> tuple[str, str, str, str, str]:
    """(published, ours, gap, required, met) in words."""
    error = row["standard_error"]
    ours = number(row["ours"])
    if row["ours"] is not None and error is not None:
        ours += f" +- {error:.2g}"
    gap = "" if row["gap"] is None else f"{row['gap']:+.4g}"
    rule = row["rule"] if row["required"] else f"({row['rule']})" if row["rule"] else ""
    met = "" if row["met"] is None else "yes" if row["met"] else "no"
    return number(row["published"]), ours, gap, rule, met


def number(value: float | None) -> str:
    """Two digits after the point; "-" for none."""
    return "-" if value is None else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _section(result: Mapping[str, Any]) -> str:
    seeds, minutes = result["seeds"], result["seconds"] / 60
    versions = result["versions"]
    lines = [
        f"## {result['name']}",
        "",
        f"{result['paper']}",
        "",
        f"Protocol of the source: {result['protocol']}",
        "",
        f"Schedule here: {result['schedule']}; seed{'s' * (len(seeds) != 1)} {', '.join(map(str, seeds))}; "
        f"{minutes:.1f} minutes; vaekit {versions.get('vaekit', '')}, torch {versions.get('torch', '')}.",
        "",
        "Differences:",
        "",
        *(f"- {difference}" for difference in result["differences"] or ["none"]),
        "",
        "Where the numbers come from:",
        "",
        *(f"- {row['measure']}: {row['source']}" for row in result["rows"] if row["source"]),
        "",
    ]
    return "\n".join(lines)
