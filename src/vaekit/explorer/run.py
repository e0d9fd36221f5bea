"""The explorer of a run folder: its model loaded, its data read again, the page written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vaekit.data.source import Source
from vaekit.errors import OutputExists, RunError
from vaekit.estimators.files import load
from vaekit.explorer.condition import condition_of
from vaekit.explorer.ort import OnnxRuntime, runtime_of
from vaekit.explorer.page import LARGEST_PAGE, Content, Explorer, content_of, page_of
from vaekit.explorer.rows import Chosen, choose_rows, same_rows
from vaekit.explorer.to_onnx import check_exporter
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
    beside: str | Path | None = None,
    source_beside: Source | None = None,
    runtime: str = "vaekit",
    ort_dir: str | Path | None = None,
    **own: Any,
) -> Written:
    """Write the explorer of a run to `out`, or to explorer.html in its folder.

    source: the data, of the fit or others; without it the page holds no rows, and latent values stand in no
    order. points: the most rows inside. embed=False puts none inside, and reads them for the order only.
    weights: "float32", "float16", or "auto" (half precision for large networks). force: replace a file that is
    there, and write a page of more than 25 MB. beside: a second run on the same page, with `source_beside`, its data;
    of the same data it shows the same rows. runtime: what runs the networks, "vaekit" for scripts of ours, which know
    our mlp and conv, or "ort" for onnxruntime-web, which runs what torch can export: a copy that npm made in `ort_dir`
    is put into the page. `own`: modules of the user's own, as `load` takes them back.
    Raises OutputExists, SpecError, MissingExtra and RunError before anything is written.
    """
    place = Path(run) / "explorer.html" if out is None else Path(out)
    refuse_file(place, force, inside=out is None)
    ort = runtime_of(runtime, ort_dir)
    if ort is not None:
        check_exporter()
    shown = shown_of(run, source, points, **own)
    content = shown.content(embed, weights, ort)
    if beside is None:
        page = page_of(content)
    else:
        other = shown_of(beside, source_beside, points, shown, **own)
        same = embed and shown.has_rows_of(source_beside)
        page = page_of(content, other.content(embed, weights, ort), _names(run, beside), same)
    if page.size > LARGEST_PAGE and not force:
        raise RunError(_too_large(page))
    write_file(place, page.html)
    return Written(place, page)


@dataclass(frozen=True)
class Shown:
    """A run as a page shows it: its model, the record of its data, these data as they are at hand, and the rows chosen
    of them."""

    run: str
    estimator: Any
    record: Any
    source: Source | None
    chosen: Chosen | None

    def has_rows_of(self, source: Source | None) -> bool:
        """Whether the rows are of these data."""
        mine = self.source
        if source is None or mine is None:
            return False
        return (source.sha256, source.rows) == (mine.sha256, mine.rows)

    def content(
        self, embed: bool = True, weights: str = "auto", runtime: OnnxRuntime | None = None
    ) -> Content:
        """What a page holds of it; embed=False: without rows."""
        return content_of(
            self.estimator,
            self.chosen if embed else None,
            weights=weights,
            condition=condition_of(self.estimator, self.chosen),
            data=self.record or (None if self.source is None else self.source.to_json()),
            run=self.run,
            measured=None if self.chosen is None else self.chosen.X,
            runtime=runtime,
        )


def shown_of(
    run: str | Path, source: Source | None, points: int = POINTS, beside: Shown | None = None, **own: Any
) -> Shown:
    """A run with at most `points` rows of these data: of the same data those that the run beside it has."""
    path = Path(run)
    estimator = load(path, **own)
    record = from_json(read_plain(path / "data.json"), "data.json")["source"]
    chosen = None
    if source is not None and beside is not None and beside.chosen is not None and beside.has_rows_of(source):
        chosen = same_rows(estimator, source, beside.chosen)
    elif source is not None:
        chosen = choose_rows(estimator, source, points, _is_same(source, record, estimator))
    return Shown(str(run), estimator, record, source, chosen)


def _names(run: str | Path, beside: str | Path) -> list[str]:
    """What two runs are called: their folders, or the whole paths of two folders with one name."""
    folders = [Path(path).resolve().name for path in (run, beside)]
    return folders if folders[0] != folders[1] else [str(run), str(beside)]


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
    if page.rows:
        lighter = f"fewer --points than {page.rows:,}, --no-data, or "
    else:
        lighter = "" if page.runtime else "--weights float16, or "
    return (
        f"the page would have {page.size / 1e6:.1f} MB, and more than {LARGEST_PAGE / 1e6:.0f} MB open slowly; give "
        f"{lighter}--force to write it all the same."
    )
