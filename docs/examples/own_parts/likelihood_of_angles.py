"""
A likelihood of your own: angles
================================

Wind directions, hours of the day and dihedral angles live on a circle, where 359 degrees is next to 1. No likelihood
here is made for that, but any module that gives a torch distribution is one.
"""

import numpy as np
import torch
from matplotlib.figure import Figure
from torch import nn
from torch.distributions import VonMises

from vaekit import VAE, part

# Pairs of angles that turn together, with noise: the second goes round twice while the first goes round once.
rng = np.random.default_rng(0)
turn = rng.uniform(-np.pi, np.pi, 1000)
angles = np.stack([turn, 2 * turn], axis=1) + rng.standard_normal((1000, 2)) * (0.15, 0.3)
X = (angles + np.pi) % (2 * np.pi) - np.pi  # (1000, 2), from -pi to pi

# %%
# The module takes codes (K, B, L), that is K draws of B rows, and gives a distribution of independent values (K, B, 2).
# A direction is a point of the plane seen from its centre, and so has no jump at pi.


class Angles(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 6)
        )

    def forward(self, z):
        east, north, sharpness = self.layers(z).unflatten(-1, (2, 3)).unbind(-1)
        return VonMises(torch.atan2(north, east), 0.1 + nn.functional.softplus(sharpness))


# %%
# The weight of the KL rises over 40 epochs. Without that a likelihood that could not do much at first would teach the
# codes to say nothing.

torch.manual_seed(0)  # the weights of a module of yours are yours to seed
training = {"bound": part("elbo", warm_up=40), "learning_rate": 3e-3, "max_epochs": 250, "patience": None}
circular = VAE(latent_dim=2, likelihood=Angles(), scale_inputs=False, random_state=0, **training).fit(X)
plain = VAE(latent_dim=2, likelihood="gaussian", random_state=0, **training).fit(X)
print(f"log p(x), nats: own {circular.score(X):.2f}, normal {plain.score(X):.2f}")

# %%
# Scores, samples, measures and the rest take it as it comes. The normal likelihood knows nothing of the circle: it
# finds the angles less probable, and some of its draws lie beyond them.

drawn = Figure(figsize=(9, 3.2), layout="constrained")
found = {
    "data": X,
    "own likelihood": circular.sample(1000, random_state=0),
    "normal": plain.sample(1000, random_state=0),
}
for ax, (name, points) in zip(drawn.subplots(1, 3, sharex=True, sharey=True), found.items(), strict=True):
    ax.scatter(*np.asarray(points).T, s=4, alpha=0.5)
    ax.set(title=name, xlabel="first angle", xlim=(-4, 4), ylim=(-4, 4), aspect="equal")
drawn
