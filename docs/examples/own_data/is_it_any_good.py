"""
Is it any good? The doctor and the gate
=======================================

Two questions before a model is used. Is something wrong with it? The doctor names what, and what to type. Is it worth
having? The gate puts it beside simple methods on the same rows, and says where it does not beat them.
"""

from vaekit import VAE, diagnose, part
from vaekit.data.read import read
from vaekit.gate import judge
from vaekit.plots import Reconstructions

digits = read("digits")
X = digits.X
ill = VAE(latent_dim=8, bound=part("elbo", beta=60.0), max_epochs=20, random_state=0).fit(X)

# %%
# A weight of 60 on the KL is far too much: whatever goes in, the same comes out.

Reconstructions.from_estimator(ill, X, n=16)

# %%
# The doctor says so in words, with the numbers that it saw.

for verdict in diagnose(ill, X):
    print(verdict, end="\n\n")

# %%
# As it prescribes: the weight is 1 again, and training takes the time that it needs.

well = VAE(latent_dim=8, max_epochs=80, random_state=0).fit(X)
for verdict in diagnose(well, X):
    print(verdict)

Reconstructions.from_estimator(well, X, n=16)

# %%
# Now the gate: each question is asked of the model, and of simple methods on the same rows. On the command line this is
# ``vaekit measure RUN``.

judgement = judge(well, digits)
print(judgement.rows_told)
for answer in judgement.answers:
    if answer.ours is None:
        continue  # a question that does not arise, as answer.skipped says
    print(f"\n{answer.question}\n  {'this model':32}{answer.ours.value:8.2f} {answer.ours.unit}")
    for other in answer.beside:
        print(f"  {other.name:32}{other.value:8.2f}   the model is {other.standing}")

# %%
# So it rebuilds digits better than PCA does. But a mixture of normal densities finds them more probable, and who only
# wants to tell the classes apart does not need it.

for question, method in judgement.not_beaten:
    print(f"{question}: not better than {method}")

# sphinx_gallery_thumbnail_number = 2
