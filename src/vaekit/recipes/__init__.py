"""Recipes: the named models of the literature, each a function Spec -> Spec of a few lines.

A recipe says only what it changes, so recipes compose: `compose("vamp_vae+beta_vae", components=50, beta=6)`.
To add one: a function with `@recipe(reference)` in a file here, its options as keyword-only parameters.
"""

from vaekit.recipes.named import (
    aae,
    ae,
    beta_tc_vae,
    beta_vae,
    capacity_vae,
    cvae,
    flow_posterior_vae,
    free_bits_vae,
    hamiltonian_vae,
    iwae,
    mixture_vae,
    sigma_vae,
    vae,
    vamp_vae,
    warmup_vae,
)
from vaekit.recipes.recipe import RECIPES, Recipe, compose

__all__ = [
    "RECIPES",
    "Recipe",
    "aae",
    "ae",
    "beta_tc_vae",
    "beta_vae",
    "capacity_vae",
    "compose",
    "cvae",
    "flow_posterior_vae",
    "free_bits_vae",
    "hamiltonian_vae",
    "iwae",
    "mixture_vae",
    "sigma_vae",
    "vae",
    "vamp_vae",
    "warmup_vae",
]
