"""The adapter of AnnData, tried on an object with its names; on the library itself where that is installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import sparse

from vaekit import VAE, part
from vaekit.data.anndata import add_codes, counts_of
from vaekit.errors import DataError, OutputExists

COUNTS = sparse.csr_matrix(np.random.default_rng(0).poisson(1.0, (80, 12)))


class StandIn:
    """The names of an AnnData that the adapter reads and writes."""

    def __init__(self, X: Any, layers: dict[str, Any]) -> None:
        self.X, self.layers, self.obsm = X, layers, {}
        self.var_names = [f"gene {number}" for number in range(12)]


def annotated(kind: str) -> Any:
    logs = COUNTS.astype(np.float32).log1p()
    if kind == "stand-in":
        return StandIn(logs, {"counts": COUNTS})
    library = pytest.importorskip("anndata")
    return library.AnnData(X=logs, layers={"counts": COUNTS})


every_kind = pytest.mark.parametrize("kind", ["stand-in", "anndata"])


@every_kind
def test_a_layer_is_read_and_codes_are_written_beside_it(kind: str) -> None:
    adata = annotated(kind)
    vae = VAE(
        likelihood=part("negative-binomial", library="observed"), latent_dim=3, max_epochs=2, random_state=0
    )
    vae.fit(counts_of(adata, layer="counts"))
    add_codes(adata, vae, layer="counts")
    np.testing.assert_array_equal(adata.obsm["X_vae"], vae.transform(COUNTS))
    assert adata.obsm["X_vae"].shape == (80, 3)
    with pytest.raises(OutputExists, match="obsm has 'X_vae' already"):
        add_codes(adata, vae, layer="counts")
    add_codes(adata, vae, layer="counts", force=True)
    add_codes(adata, vae, layer="counts", key="X_other")


@every_kind
def test_what_is_no_count_or_not_there_is_refused_in_words(kind: str) -> None:
    adata = annotated(kind)
    with pytest.raises(DataError, match=r"needs counts .* between whole numbers"):
        VAE(likelihood="negative-binomial").fit(counts_of(adata))
    with pytest.raises(
        DataError, match=r"no layer is called 'count'; there are: counts.*Did you mean 'counts'"
    ):
        counts_of(adata, layer="count")
    with pytest.raises(DataError, match="ndarray is no AnnData: it has no X, layers, obsm"):
        counts_of(np.zeros((3, 2)))
    empty = StandIn(None, {"counts": COUNTS})
    with pytest.raises(DataError, match="X of this AnnData is empty; name a layer: counts"):
        counts_of(empty)
