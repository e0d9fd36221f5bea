"""How Sphinx builds these pages: `make docs`."""

import os
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ.setdefault("MPLBACKEND", "Agg")

import docstrings  # noqa: E402

from vaekit import __version__  # noqa: E402

project = "vaekit"
copyright = "the vaekit authors, BSD-3-Clause"
version = release = __version__
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx_gallery.gen_gallery",
    "directives",
]
exclude_patterns = ["_build", "examples", "_templates"]
templates_path = ["_templates"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

# Looks.
html_theme = "pydata_sphinx_theme"
html_title = "vaekit"
html_static_path = ["_static"]
html_css_files = ["vaekit.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_align": "left",
    "navbar_persistent": ["search-button"],
    "secondary_sidebar_items": ["page-toc"],
    "show_prev_next": False,
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}
html_sidebars = {"index": [], "one-page": [], "architecture": []}

# Docstrings.
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
autosummary_generate = True
maximum_signature_line_length = 80
napoleon_google_docstring = False
python_display_short_literal_types = True
toc_object_entries_show_parents = "hide"

# The gallery. Examples are run from a copy, so that what they write stays out of the sources.
COPY = HERE / "_build" / "examples"
shutil.rmtree(COPY, ignore_errors=True)
shutil.copytree(HERE / "examples", COPY)
html_extra_path = ["_build/pages"]
(HERE / html_extra_path[0] / "pages").mkdir(parents=True, exist_ok=True)

SECTIONS = ["first_steps", "own_data", "research", "own_parts"]
sphinx_gallery_conf = {
    "examples_dirs": "_build/examples",
    "gallery_dirs": "gallery",
    "filename_pattern": r"\.py$",
    "subsection_order": [f"_build/examples/{section}" for section in SECTIONS],
    "within_subsection_order": "gallery_shows.InOrder",
    "image_scrapers": ("gallery_shows.pictures", "gallery_shows.pages"),
    "reset_modules": ("gallery_shows.in_our_style",),
    "capture_repr": ("_repr_html_", "__repr__"),
    "ignore_repr_types": r"vaekit\.plots|matplotlib",
    "abort_on_example_error": True,
    "download_all_examples": False,
    "min_reported_time": 10**6,
    "show_memory": False,
    "write_computation_times": False,
    "show_signature": False,
    "remove_config_comments": True,
    "plot_gallery": True,
}


def setup(app: object) -> None:
    """The house's docstrings, read as they are written."""
    app.connect("autodoc-process-docstring", docstrings.read_as_text, priority=400)
    app.connect("autodoc-process-signature", docstrings.short_signature)
    app.connect("autodoc-skip-member", docstrings.leave_out_inherited)
