"""
The class is known, the style is left
=====================================

A conditional VAE is told what each image is, so its code need not say that. What is left is *how* it is written:
slant, width, pen. One style can then be written as every digit.
"""

from sklearn.datasets import load_digits

from vaekit import CVAE
from vaekit.plots import Analogy, LatentMap, Samples, StyleTransfer

digits = load_digits()
X, y = digits.images / 16, digits.target
cvae = CVAE(latent_dim=2, random_state=0).fit(X, y)

# %%
# ``sample`` takes the class: sevens.

Samples.from_estimator(cvae, n=36, c=7)

# %%
# Four styles, a row each, as every digit.

Analogy.from_estimator(cvae)

# %%
# The hand of somebody who wrote one digit, writing all the others.

StyleTransfer.from_estimator(cvae, X, n=5, c=y)

# %%
# The codes no longer tell the digits apart: a VAE's map has islands, this one has none.

LatentMap.from_estimator(cvae, X, labels=y, c=y)

# %%
# How probable an image is under each class makes a classifier, by Bayes' rule.

scores = [cvae.score_samples(X[:200], c=[digit] * 200) for digit in range(10)]
right = sum(max(range(10), key=lambda digit: scores[digit][row]) == y[row] for row in range(200))
print(f"{right / 200:.0%} of 200 digits have their highest score under their own class")

# sphinx_gallery_thumbnail_number = 2
