"""Comparisons as text: a table of ratios, the losses that were compared, and profiles where an aim was not reached.

In a page, a part that a command writes stands between two comments: `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from benchmarks.side_by_side import OURS, Comparison
from benchmarks.work import BARE, Against

HEAD = ("work", "against", "median", "min", "max", "required", "aim", "", "vaekit", "peer", "vaekit", "peer")


def table(found: Iterable[Comparison]) -> list[str]:
    """Lines of a Markdown table: a row a peer and work."""
    rows = [row for comparison in found for row in rows_of(comparison)]
    return [line(HEAD), line(["---"] * len(HEAD)), *(line(row) for row in rows)]


def line(cells: Iterable[str]) -> str:
    """One line of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def rows_of(found: Comparison) -> Iterator[list[str]]:
    """The cells of a comparison: ratios, seconds and memory."""
    for against in found.work.against:
        why = reason_for_none(found, against)
        asked = [number(against.required), number(against.aim)]
        if why:
            yield [found.work.title, against.name, "", "", "", *asked, f"none: {why}", "", "", "", ""]
            continue
        ratios = found.ratios(against)
        figures = [number(value) for value in (median(ratios), min(ratios), max(ratios))]
        names = (OURS.name, against.name)
        spent = [seconds(found.median(name, "seconds")) for name in names]
        held = [f"{found.median(name, 'mebibytes'):.0f} MiB" for name in names]
        yield [
            found.work.title,
            against.name,
            *figures,
            *asked,
            verdict(against, median(ratios)),
            *spent,
            *held,
        ]


def reason_for_none(found: Comparison, against: Against) -> str:
    """Why there is no ratio, or an empty string."""
    if found.impossible:
        return found.impossible
    for name in (OURS.name, against.name):
        if name in found.failed:
            return f"{name} failed ({found.failed[name]})"
    return found.differs(against)


def verdict(against: Against, ratio: float) -> str:
    """What a ratio is worth."""
    if against.required is not None and ratio < against.required:
        return "below what is required"
    if against.aim is None:
        return ""
    return "holds" if ratio < against.aim else "reaches the aim"


def falls_short(found: Iterable[Comparison]) -> list[str]:
    """The required lines that do not hold or could not be measured, in words."""
    return [
        f"{comparison.work.name}, {against.name}: {why or number(median(comparison.ratios(against)))}"
        for comparison in found
        if not comparison.impossible
        for against in comparison.work.against
        if against.required is not None
        for why in [reason_for_none(comparison, against)]
        if why or median(comparison.ratios(against)) < against.required
    ]


def losses(found: Iterable[Comparison]) -> list[str]:
    """A line a work: what was compared before a ratio was given."""
    return [
        f"- {comparison.work.title}: {', '.join(told)} (at most {comparison.work.tolerance:.0%} apart)"
        for comparison in found
        for told in [list(_losses_of(comparison))]
        if told
    ]


def _losses_of(found: Comparison) -> Iterator[str]:
    names = [OURS.name, *(against.name for against in found.work.against if against.same)]
    if len(names) == 1:
        return
    for name in names:
        loss = found.last(name)
        if loss is not None:
            yield f"{name} {loss:.4g}"


def profiles(found: Iterable[Comparison]) -> list[str]:
    """A line a work whose aim was not reached: where vaekit's time goes."""
    return [
        f"- {comparison.work.title}: {', '.join(f'`{name}` {share:.0%}' for name, share in comparison.profile)}"
        for comparison in found
        if comparison.profile
    ]


def ceilings(found: Iterable[Comparison]) -> list[str]:
    """A line a work whose bare products were measured: the ratios if vaekit's time were that of these alone. No program
    of torch can hold a required line above its ceiling."""
    return [
        f"- {comparison.work.title}: {seconds(alone)}; so at most {', '.join(told)}"
        for comparison in found
        if BARE in comparison.work.against and not reason_for_none(comparison, BARE)
        for alone in [comparison.median(BARE.name, "seconds")]
        for told in [list(_at_most(comparison, alone))]
        if told
    ]


def _at_most(found: Comparison, alone: float) -> Iterator[str]:
    for against in found.work.against:
        if against.same and not reason_for_none(found, against):
            yield f"{number(found.median(against.name, 'seconds') / alone)} against {against.name}"


def versions(found: Iterable[Comparison]) -> str:
    """The packages that took part."""
    known: dict[str, str] = {}
    for comparison in found:
        for ready in comparison.ready.values():
            known |= ready.get("versions", {})
    return ", ".join(f"{package} {version}" for package, version in sorted(known.items()))


def number(value: float | None) -> str:
    """A ratio with three digits, or nothing."""
    return "" if value is None else f"{value:.3g}"


def seconds(value: float) -> str:
    """A time in the unit that suits it."""
    return f"{value:.3g} s" if value >= 1 else f"{1e3 * value:.3g} ms"


def put(page: Path, name: str, lines: Iterable[str]) -> None:
    """Replace what stands between the two comments of this name; SystemExit where the page has none."""
    text = page.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if text.count(begin) != 1 or text.count(end) != 1:
        raise SystemExit(
            f"'{page}' has no place for {name}: it needs the lines '{begin.strip()}' and '{end}'."
        )
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    page.write_text(f"{before}{begin}{chr(10).join(lines)}\n{end}{after}", encoding="utf-8")
