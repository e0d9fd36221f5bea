"""
A first fit, and a map of the codes
===================================

A variational autoencoder learns two things at once: to say an image in a few numbers, its *code*, and to draw an
image from a code. Here the images are 1,797 handwritten digits of 8 x 8 pixels, and a code has two numbers, so that
all of them fit on a map.
"""

from sklearn.datasets import load_digits

from vaekit import VAE
from vaekit.plots import LatentMap, LearningCurves

digits = load_digits()
X = digits.images  # (1797, 8, 8), from 0 to 16
vae = VAE(latent_dim=2, max_epochs=60, random_state=0).fit(X)

# %%
# ``fit`` looks at the data first and decides what was left to it. It says what it chose and why:

for sentence in vae.log_:
    print(sentence)

# %%
# A tenth of the images was held out. The loss on those says when to stop, and the best weights are kept.

LearningCurves.from_estimator(vae)

# %%
# ``transform`` gives the codes, one row an image. Nobody told the model which digit is which, and still each has a
# place of its own. The grey dots are draws from the prior, where a new digit would come from.

print(vae.transform(X).shape)
LatentMap.from_estimator(vae, X, labels=digits.target)

# sphinx_gallery_thumbnail_number = 2
