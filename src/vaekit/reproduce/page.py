"""docs/reproductions.md: the kept results as one table, beneath it what was not run, and how each result differs from
its source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from vaekit.reproduce.experiment import Experiment

HEAD = """# Reproductions

Results of the literature, run again. Written by `vaekit reproduce --page` from what `vaekit reproduce NAME` kept; no
number here is typed by hand. *published* is what the source prints, *gap* is ours less that, and what is *required*
decides the exit code of the command; what stands in brackets does not. The standard error is over seeds where there are
several, else over the rows that were measured.

| experiment | measure | published | ours | gap | required | met |
|---|---|---|---|---|---|---|
"""


def page(results: Sequence[Mapping[str, Any]], experiments: Sequence[Experiment]) -> str:
    """The page of results as `Result.to_json` wrote them; experiments: all there are, to say which were not run."""
    rows = [_row(result, row) for result in results for row in result["rows"] if row["ours"] is not None]
    parts = ["\n".join(rows) + "\n", *_not_run(results, experiments), *map(_section, results)]
    return HEAD + "\n".join(parts)


def _row(result: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    cells = (result["name"], *cells_of(row))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def cells_of(row: Mapping[str, Any]) -> tuple[str, str, str, str, str, str]:
    """(measure, published, ours, gap, required, met) in words."""
    error = row["standard_error"]
    measure = row["measure"] + (f" ({row['rows']})" if row["rows"] else "")
    ours = "not run" if row["ours"] is None else number(row["ours"])
    if row["ours"] is not None and error is not None:
        ours += f" +- {error:.2g}"
    gap = "" if row["gap"] is None else f"{row['gap']:+.4g}"
    rule = row["rule"] if row["required"] else f"({row['rule']})" if row["rule"] else ""
    met = "" if row["met"] is None else "yes" if row["met"] else "no"
    return measure, number(row["published"]), ours, gap, rule, met


def number(value: float | None) -> str:
    """Two digits after the point; "-" for none."""
    return "-" if value is None else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _not_run(results: Sequence[Mapping[str, Any]], experiments: Sequence[Experiment]) -> Iterator[str]:
    """Each experiment without a result, and the rows without a number of those that have one."""
    done = {result["name"]: result for result in results}
    lines = []
    for experiment in experiments:
        rows = done[experiment.name]["rows"] if experiment.name in done else None
        if rows is None:
            lines.append(
                f"- {experiment.name}, the whole of it: {experiment.summary} `vaekit reproduce {experiment.name}`"
            )
        else:
            lines += [
                f"- {experiment.name}: {row['measure']} ({row['source']})"
                for row in rows
                if row["ours"] is None
            ]
    if lines:
        yield "## Not run\n\nNothing on this page is said of these rows:\n\n" + "\n".join(lines) + "\n"


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
