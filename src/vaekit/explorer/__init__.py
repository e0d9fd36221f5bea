"""One HTML page in which a person walks through the codes of a model: it decodes in the browser, offline.

    written = explore_run("runs/digits-vae-1", source=read("digits"))

The page holds the network, its weights and some rows of the data, and loads nothing. What it is made of:
runtime.js runs the network (ort.js where the page holds onnxruntime-web) and families.js what its numbers mean,
latent.js knows densities and paths, views.js and columns.js draw examples, plane.js draws the plane of codes,
explorer.js joins them to what a person touches, link.js lets two models follow each other, curves.js follows a training
(`Live`), and start.js begins.
"""

from vaekit.explorer.live import Live, serve
from vaekit.explorer.page import Explorer, make_explorer
from vaekit.explorer.run import POINTS, Written, explore_run, refuse_file

__all__ = ["POINTS", "Explorer", "Live", "Written", "explore_run", "make_explorer", "refuse_file", "serve"]
