"""One style: the same figure has the same bytes, and the settings of the user have no part in it."""

from __future__ import annotations

import subprocess
import sys
import warnings

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from vaekit.plots import style
from vaekit.plots.kl_per_unit import KLPerUnit
from vaekit.plots.style import CLASS_COLOURS, CLASS_MARKERS, figure, fonts, label, panels, png, styled

KL = np.array([3.0, 0.5, 0.001])


def python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_same_figure_gives_the_same_bytes() -> None:
    drawn = KLPerUnit(KL).plot()
    once = png(drawn.figure_)
    assert png(drawn.figure_) == once
    assert png(KLPerUnit(KL).plot().figure_) == once
    assert png(KLPerUnit(KL + 1).plot().figure_) != once


def test_a_png_names_no_software_and_no_date() -> None:
    content = png(KLPerUnit(KL).plot().figure_)
    assert b"tEXt" not in content
    assert b"tIME" not in content


def test_the_users_settings_do_not_reach_our_figures() -> None:
    plain = png(KLPerUnit(KL).plot().figure_)
    with matplotlib.rc_context(
        {"font.size": 30, "savefig.dpi": 20, "axes.facecolor": "red", "axes.grid": True}
    ):
        assert png(KLPerUnit(KL).plot().figure_) == plain


def test_the_package_reads_no_matplotlib_and_a_figure_no_pyplot() -> None:
    assert python("import sys, vaekit.plots; print('matplotlib' in sys.modules)") == "False\n"
    drawing = "import sys; from vaekit.plots.style import *; png(figure(1, 1)); "
    assert python(drawing + "print('matplotlib.pyplot' in sys.modules)") == "False\n"


def test_an_unknown_display_is_answered_with_those_that_exist() -> None:
    import vaekit.plots

    with pytest.raises(AttributeError, match="it has: AggregatedPosterior, Analogy, "):
        _ = vaekit.plots.Sample
    for name in dir(vaekit.plots):
        assert getattr(vaekit.plots, name).__name__ == name


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("age", "age"),
        ("price in $", r"price in \$"),
        ("two\nlines\there", "two lines here"),
        ("bell\x07", "bell�"),
        ("x" * 100, "x" * 23 + "…"),
        (7, "7"),
    ],
)
def test_a_name_becomes_one_short_line_without_mathematics(name: object, drawn: str) -> None:
    assert label(name) == drawn


@pytest.mark.parametrize(
    ("installed", "wanted"),
    [
        (["Malgun Gothic", "DejaVu Sans"], ("DejaVu Sans", "Malgun Gothic")),
        (["DejaVu Sans", "Wingdings"], ("DejaVu Sans",)),
    ],
)
def test_only_fonts_that_are_there_are_asked_for(monkeypatch, installed, wanted) -> None:
    monkeypatch.setattr(style, "get_font_names", lambda: installed)
    monkeypatch.setattr(style, "findSystemFonts", list)
    assert fonts.__wrapped__() == wanted


@pytest.mark.skipif(len(fonts()) == 1, reason="no font of this machine has Hangul")
def test_a_korean_name_is_drawn_in_letters_and_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    drawn = figure(2, 1)
    with styled(), warnings.catch_warnings():
        warnings.simplefilter("error")  # matplotlib warns of a letter that no font has
        drawn.text(0.1, 0.5, label("몸무게"), fontweight="bold")
        drawn.canvas.draw()
    assert caplog.records == []


def test_classes_can_be_told_apart_without_colour() -> None:
    assert len(set(CLASS_MARKERS)) == len(CLASS_MARKERS) >= len(set(CLASS_COLOURS)) == len(CLASS_COLOURS)


def test_class_colours_stand_out_from_paper() -> None:
    for colour in CLASS_COLOURS:
        red, green, blue = to_rgb(colour)
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.85


def test_panels_lie_side_by_side_inside_their_axes() -> None:
    from matplotlib.figure import Figure

    with styled():
        ax = Figure().subplots()
        boxes = [panel.get_axes_locator()(panel, None).bounds for panel in panels(ax, 2, 3)]
    whole = ax.get_position().bounds
    assert len(boxes) == 6
    for x, y, width, height in boxes:
        assert x >= whole[0] - 1e-9
        assert y >= whole[1] - 1e-9
        assert x + width <= whole[0] + whole[2] + 1e-9
        assert y + height <= whole[1] + whole[3] + 1e-9
    assert boxes[0][0] + boxes[0][2] < boxes[1][0]
    assert boxes[3][1] + boxes[3][3] < boxes[0][1]
