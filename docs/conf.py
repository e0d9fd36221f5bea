"""How Sphinx builds these pages: `make docs`."""

project = "vaekit"
extensions = ["myst_parser"]
html_theme = "pydata_sphinx_theme"
exclude_patterns = ["_build"]
