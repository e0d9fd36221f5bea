"""
Strange rows, and what is strange about them
============================================

An outlier model learns what is usual and scores each row by how probable it is. Its p-values are calibrated, and it
can say which values make a row strange, in nats.
"""

from matplotlib.figure import Figure
from sklearn.datasets import load_wine

from vaekit import OutlierVAE
from vaekit.plots import AnomalyScores

wines = load_wine(as_frame=True)
usual = wines.data[wines.target == 0]  # what the first vineyard makes
others = wines.data[wines.target != 0]
model = OutlierVAE(max_epochs=150, random_state=0).fit(usual)

# %%
# The scores of wines that it learned from, and of those of other vineyards, which it never saw.

drawn = Figure(figsize=(6, 3.2), layout="constrained")
ax = drawn.subplots()
scores = [model.score_samples(usual), model.score_samples(others)]
ax.hist(scores, bins=40, stacked=True, label=["first vineyard", "other vineyards"])
ax.axvline(model.offset_, color="0.3", linestyle="--", label="threshold")
ax.set(xlabel="score: log p(x), nats (lower is stranger)", ylabel="wines")
ax.legend()
drawn

# %%
# A p-value is how often a usual row scores as low. Of the other vineyards nearly all fall below 5 %.

for rows, name in ((usual, "first vineyard"), (others, "other vineyards")):
    print(f"{name}: {(model.p_values(rows) < 0.05).mean():.0%} have p < 0.05")

# %%
# Its own wines by their scores, with the strangest of them in words.

AnomalyScores.from_estimator(model, usual)

# %%
# The strangest of all, and the values that make it so: the nats by which each is stranger than usual, given
# the others of its row. Beside them, what would have been usual there.

strangest = usual.iloc[[model.score_samples(usual).argmin()]]
nats = model.explain(strangest).iloc[0].sort_values(ascending=False).head(4)
expected = model.usual(strangest, columns=[usual.columns.get_loc(name) for name in nats.index])[0]
for (name, excess), would_be in zip(nats.items(), expected, strict=True):
    print(f"{name:30} {strangest[name].item():8.2f}, usual {would_be:8.2f}: {excess:5.1f} nats")
