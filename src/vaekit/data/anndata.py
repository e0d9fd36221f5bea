"""The table of cells by genes that the anndata library holds, read by its names alone: X, layers, obsm.

    vae = VAE(latent_dim=10, likelihood=part("negative-binomial", library="observed"))
    vae.fit(counts_of(adata, layer="counts"))
    add_codes(adata, vae, layer="counts")        # adata.obsm["X_vae"]

Nothing of anndata is imported: any object with these names will do.
"""

from __future__ import annotations

from typing import Any

from vaekit.errors import DataError, OutputExists, suggestion


def counts_of(adata: Any, layer: str | None = None) -> Any:
    """adata.X, or adata.layers[layer], (cells, genes), sparse where it is stored so.

    Raw counts often stand in a layer, X being made of their logarithms; a likelihood of counts refuses those in words.
    Raises DataError for a layer that is not there, and for an object without these names.
    """
    missing = [name for name in ("X", "layers", "obsm") if not hasattr(adata, name)]
    if missing:
        raise DataError(
            f"{type(adata).__name__} is no AnnData: it has no {', '.join(missing)}. Give an AnnData object, or its "
            "table itself to fit."
        )
    layers = [str(name) for name in adata.layers]
    if layer is not None and layer not in layers:
        raise DataError(
            f"no layer is called {layer!r}; there are: {', '.join(layers) or 'none'}. Leave layer out for X."
            f"{suggestion(layer, layers)}"
        )
    table = adata.X if layer is None else adata.layers[layer]
    if table is None:
        raise DataError(
            f"X of this AnnData is empty; name a layer: {', '.join(layers) or 'it has none either'}."
        )
    return table


def add_codes(
    adata: Any, estimator: Any, layer: str | None = None, key: str = "X_vae", force: bool = False
) -> None:
    """Write the codes of all cells, (cells, latent_dim), to adata.obsm[key], where scanpy's neighbours look for them.

    Raises OutputExists when the key is taken, unless force=True.
    """
    table = counts_of(adata, layer)
    if key in adata.obsm and not force:
        raise OutputExists(f"obsm has {key!r} already; give another key, or force=True to replace it.")
    adata.obsm[key] = estimator.transform(table)
