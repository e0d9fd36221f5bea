"""Variational autoencoders on your own data, with numbers that are true.

    from vaekit import VAE

    vae = VAE(latent_dim=2).fit(X)
    vae.sample(16)

Names are lazy: a name imports the module that defines it when it is first read, so that `import vaekit`
and `vaekit --help` cost nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the same table as _HOME, in the form that type checkers read
    from vaekit import article, errors, measure, recipes, theory
    from vaekit.data.column import Column
    from vaekit.data.inspection import inspect
    from vaekit.data.schema import Schema
    from vaekit.data.shards import open_shards
    from vaekit.data.write_shards import write_manifest, write_shards
    from vaekit.doctor import diagnose
    from vaekit.estimators import (
        AAE,
        AE,
        CVAE,
        VAE,
        ClusterAAE,
        OutlierVAE,
        SemiSupervisedAAE,
        SemiSupervisedVAE,
        TabularVAE,
        VAEImputer,
        load,
        preset,
    )
    from vaekit.spec import Part, Spec, part

__version__ = "0.1.0"

__all__ = [
    "AAE",
    "AE",
    "CVAE",
    "VAE",
    "ClusterAAE",
    "Column",
    "OutlierVAE",
    "Part",
    "Schema",
    "SemiSupervisedAAE",
    "SemiSupervisedVAE",
    "Spec",
    "TabularVAE",
    "VAEImputer",
    "article",
    "diagnose",
    "errors",
    "inspect",
    "load",
    "measure",
    "open_shards",
    "part",
    "preset",
    "recipes",
    "theory",
    "write_manifest",
    "write_shards",
]

# public name -> the module that defines it; a name that is itself a module stands as its own
_HOME = {
    "AAE": "vaekit.estimators",
    "AE": "vaekit.estimators",
    "ClusterAAE": "vaekit.estimators",
    "OutlierVAE": "vaekit.estimators",
    "SemiSupervisedAAE": "vaekit.estimators",
    "SemiSupervisedVAE": "vaekit.estimators",
    "TabularVAE": "vaekit.estimators",
    "CVAE": "vaekit.estimators",
    "VAE": "vaekit.estimators",
    "VAEImputer": "vaekit.estimators",
    "load": "vaekit.estimators",
    "preset": "vaekit.estimators",
    "Column": "vaekit.data.column",
    "Schema": "vaekit.data.schema",
    "inspect": "vaekit.data.inspection",
    "open_shards": "vaekit.data.shards",
    "write_manifest": "vaekit.data.write_shards",
    "write_shards": "vaekit.data.write_shards",
    "Part": "vaekit.spec",
    "Spec": "vaekit.spec",
    "part": "vaekit.spec",
    "article": "vaekit.article",
    "diagnose": "vaekit.doctor",
    "errors": "vaekit.errors",
    "measure": "vaekit.measure",
    "recipes": "vaekit.recipes",
    "theory": "vaekit.theory",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'vaekit' has no name '{name}'; it has: {', '.join(__all__)}.")
    module = importlib.import_module(_HOME[name])
    return module if module.__name__ == f"vaekit.{name}" else getattr(module, name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
