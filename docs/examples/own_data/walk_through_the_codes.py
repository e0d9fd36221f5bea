"""
Walk through the codes in your browser
======================================

A saved model becomes one HTML page that decodes as you drag: no server, no network, small enough to mail. Below is
that page itself, not a picture of it.
"""

from vaekit import VAE
from vaekit.data.read import read
from vaekit.explorer import explore_run

digits = read("digits")
vae = VAE(latent_dim=2, max_epochs=80, random_state=0).fit(digits.X)
vae.save("digits-vae")

# %%
# On the command line: ``vaekit explore digits-vae``. The page says how many rows of the data are inside;
# ``--no-data`` puts none there.

written = explore_run("digits-vae", source=digits, points=500)
print(f"{written.path}: {written.page.size / 1e6:.1f} MB; {written.page.inside}")

# sphinx_gallery_thumbnail_path = 'pictures/explorer.png'
