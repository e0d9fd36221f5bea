"""`python -m vaekit` is `vaekit`."""

from __future__ import annotations

from vaekit.cli import main

main()
