"""
Images that come back, and images that never were
=================================================

An image goes through its code and comes back; a code drawn from the prior becomes an image that never was. Both go
through the same decoder, so the second can only be as good as the first.
"""

from sklearn.datasets import load_digits

from vaekit import VAE
from vaekit.plots import LatentMap, Manifold, Reconstructions, Samples
from vaekit.plots.style import figure

digits = load_digits()
X = digits.images / 16
vae = VAE(latent_dim=2, random_state=0).fit(X)

# %%
# The picture of the README: digits with what comes back below each, new digits, and the codes of all of them. Every
# display draws on axes of yours when it is given some.

picture = figure(13.5, 4.4)
axes = picture.subplots(1, 3)
Reconstructions.from_estimator(vae, X[:16], ax=axes[0])
Samples.from_estimator(vae, n=36, ax=axes[1])
LatentMap.from_estimator(vae, X, labels=digits.target, ax=axes[2])
picture

# %%
# What the decoder draws at each point of the map. From one digit to the next it goes through what lies between.

Manifold.from_estimator(vae, n=15)

# %%
# In code: ``inverse_transform`` draws the mean of p(x | z) for codes of yours, ``sample`` draws codes from the prior
# and then images from p(x | z), and ``reconstruct`` does both ways.

print(vae.inverse_transform([[0.0, 0.0], [1.0, -1.0]]).shape)
print(vae.sample(5, random_state=0).shape)
print(f"mean squared error of a pixel: {((vae.reconstruct(X) - X) ** 2).mean():.4f}")

# sphinx_gallery_thumbnail_number = 2
