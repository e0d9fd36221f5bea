"""The explorer of a run folder: its model loaded, its data read again, the page written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaekit.data.source import Source
from vaekit.errors import OutputExists, RunError
from vaekit.estimators.files import load
from vaekit.explorer.condition import condition_of
from vaekit.explorer.page import LARGEST_PAGE, Explorer, make_explorer
from vaekit.explorer.rows import choose_rows
from vaekit.run import from_json, read_plain, write_file

POINTS = 2000


@dataclass(frozen=True)
class Written:
    """Where a page was written, and the page."""

    path: Path
    page: Explorer


def explore_run(
    run: str | Path,
    out: str | Path | None = None,
    *,
    source: Source | None = None,
    points: int = POINTS,
    embed: bool = True,
    weights: str = "auto",
    force: bool = False,
    **own: Any,
) -> Written:
    """Write the explorer of a run to `out`, or to explorer.html in its folder.

    source: the data, of the fit or others; without it the page holds no rows, and latent values stand in no
    order. points: the most rows inside. embed=False puts none inside, and reads them for the order only.
    weights: "float32", "float16", or "auto" (half precision for large networks). force: replace a file that is
    there, and write a page of more than 25 MB. `own`: modules of the user's own, as `load` takes them back.
    Raises OutputExists and RunError before anything is written.
    """
    path = Path(run)
    place = path / "explorer.html" if out is None else Path(out)
    refuse_file(place, force, inside=out is None)
    estimator = load(path, **own)
    record = from_json(read_plain(path / "data.json"), "data.json")["source"]
    same = source is not None and _is_same(source, record, estimator)
    chosen = None if source is None else choose_rows(estimator, source, points, same)
    page = make_explorer(
        estimator,
        chosen if embed else None,
        weights=weights,
        condition=condition_of(estimator, chosen),
        data=record or (None if source is None else source.to_json()),
        run=str(run),
        measured=None if chosen is None else chosen.X,
    )
    if page.size > LARGEST_PAGE and not force:
        raise RunError(_too_large(page))
    write_file(place, page.html)
    return Written(place, page)


def refuse_file(place: Path, force: bool, inside: bool = False) -> None:
    """OutputExists where a file of another is there; a page inside a run is the run's own and is written again."""
    if place.is_dir():
        raise OutputExists(f"'{place}' is a folder; give the name of a file, such as explorer.html.")
    if place.exists() and not inside and not force:
        raise OutputExists(f"'{place}' exists; choose another file, or replace it with force (--force).")


def _is_same(source: Source, record: Any, estimator: Any) -> bool:
    """Whether these are the data of the fit; of a run saved from Python their number tells."""
    if record is None:
        return source.rows == int(estimator.profile_.rows)
    return bool(source.sha256 == record["sha256"])


def _too_large(page: Explorer) -> str:
    lighter = "--no-data" if page.rows else "--weights float16"
    fewer = f"fewer --points than {page.rows:,}, " if page.rows else ""
    return (
        f"the page would have {page.size / 1e6:.1f} MB, and more than {LARGEST_PAGE / 1e6:.0f} MB open slowly; give "
        f"{fewer}{lighter}, or --force to write it all the same."
    )
