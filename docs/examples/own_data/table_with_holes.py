"""
A table with holes
==================

178 wines, 13 measurements and a vineyard, and a tenth of the cells lost. A table model gives every column a
likelihood that suits it, learns from the cells that are there, and says what the others may be.
"""

import numpy as np
from sklearn.datasets import load_wine

from vaekit import TabularVAE, inspect
from vaekit.plots import ImputationIntervals, Samples

whole = load_wine(as_frame=True).frame.astype({"target": "category"})
lost = np.random.default_rng(0).random(whole.shape) < 0.1
wines = whole.mask(lost)

# %%
# What the columns are, before any training.

print(inspect(wines))

# %%
# ``impute`` fills the holes with what is expected of them given the cells of the same wine that are there. What was
# there stays as it was.

model = TabularVAE(latent_dim=4, max_epochs=300, random_state=0).fit(wines)
filled = model.impute(wines)
filled.head()

# %%
# The lost cells are known to us. How far off is the model, beside the mean of the column, which knows nothing of the
# wine? In standard deviations of each column:

measured = whole.columns.drop("target")
truth, spread = whole[measured], whole[measured].std()
hole = lost[:, : len(measured)]


def error(table):
    """The root mean squared error over the lost cells."""
    off = ((table[measured] - truth) / spread).to_numpy()[hole]
    return (off**2).mean() ** 0.5


means = wines[measured].fillna(wines[measured].mean())
print(f"model {error(filled):.2f}, column means {error(means):.2f}")

# %%
# An interval for each hole. Nine of ten should hold the value that was lost.

low, high = (table[measured] for table in model.impute_interval(wines, level=0.9))
inside = ((low <= truth) & (truth <= high)).to_numpy()[hole]
print(f"{inside.mean():.0%} of {inside.size} lost values lie in their interval")

# %%
# The same by columns, for cells that are hidden on purpose: the truth to the right, its interval upwards.

ImputationIntervals.from_estimator(model, whole)

# %%
# New wines, column by column beside the real ones.

Samples.from_estimator(model, wines)

# %%
# And wines with something given: strong ones from the first vineyard.

model.sample(5, given={"alcohol": 14.2, "target": 0}, random_state=0)
