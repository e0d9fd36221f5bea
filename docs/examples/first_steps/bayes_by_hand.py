"""
Bayes' rule before any network
==============================

Everything in this library is Bayes' rule with networks in it. :mod:`vaekit.theory` has the cases that can be checked
by hand: a test for a rare illness, regression as inference, and the distance between two beliefs.
"""

from matplotlib.figure import Figure
from sklearn.datasets import load_diabetes

from vaekit.theory import LinearGaussian, bayes, coefficient_path, kl_divergence

# One person in a hundred is ill. The test says so of 90 % of the ill, and of 5 % of those who are well.
# How likely is somebody ill of whom it says so?
well, ill = bayes(prior=[0.99, 0.01], likelihood=[0.05, 0.9]).posterior
print(f"{ill:.0%} ill, {well:.0%} well")

# %%
# Ridge regression is the most probable weights under a normal prior. The evidence says how wide that prior is, so
# nothing is cross-validated, and each weight comes with what is not known of it.

table = load_diabetes(as_frame=True)
X, y = table.data, table.target
model = LinearGaussian(prior="normal", tau2="evidence").fit(X, y)
for name, weight, variance in zip(X.columns, model.coef_, model.covariance_.diagonal()[1:], strict=True):
    print(f"{name:4} {weight:7.0f} +- {variance**0.5:.0f}")

# %%
# The same weights as the penalty grows: a normal prior (ridge) shrinks them all, a Laplace prior (lasso) drops one
# after the other.

drawn = Figure(figsize=(9, 3.4), layout="constrained")
for ax, prior in zip(drawn.subplots(1, 2, sharey=True), ("normal", "laplace"), strict=True):
    path = coefficient_path(X, y, prior=prior)
    ax.semilogx(path.alphas, path.weights[:, 1:])
    ax.set(title=f"{prior} prior", xlabel="alpha", ylabel="weights")
drawn

# %%
# The KL divergence is what it costs, in bits, to believe the second where the first is true. The other way round it
# costs something else.

fair, loaded = [0.5, 0.5], [0.9, 0.1]
print(f"{kl_divergence(loaded, fair):.3f} bits, and {kl_divergence(fair, loaded):.3f} bits")
