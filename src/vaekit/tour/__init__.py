"""The article on variational autoencoders, walked chapter by chapter: one page with what it says, how far it holds, the
lines that do it, and pictures and numbers computed now.

    from vaekit.tour import tour

    html = tour("digits", lang="ko")

`chapters` holds a chapter a file; `workshop` the data and the models that chapters share; `walk` goes through them
and keeps what a fault leaves; `page` writes what was found, in Korean or English. No result is stored.
"""

from vaekit.tour.done import Done
from vaekit.tour.page import render
from vaekit.tour.walk import tour, walk

__all__ = ["Done", "render", "tour", "walk"]
