"""The recipes of the literature."""

from __future__ import annotations

from vaekit.recipes.recipe import amended, recipe
from vaekit.spec import Spec, part


@recipe("Hinton and Salakhutdinov, 2006, https://doi.org/10.1126/science.1127647")
def ae(spec: Spec) -> Spec:
    """An autoencoder: certain codes, reconstruction alone."""
    return spec.with_(posterior="point", bound="reconstruction", prior="normal")


@recipe("Kingma and Welling, 2014, https://arxiv.org/abs/1312.6114")
def vae(spec: Spec) -> Spec:
    """The variational autoencoder: normal prior, normal posterior, ELBO."""
    return spec.with_(prior="normal", posterior="normal", bound="elbo")


@recipe("Higgins et al., 2017, https://openreview.net/forum?id=Sy2fzU9gl")
def beta_vae(spec: Spec, *, beta: float = 4.0) -> Spec:
    """The KL weighs beta times as much: codes that are easier to tell apart, at the cost of reconstruction."""
    return spec.with_(bound=amended(spec.bound, "elbo", beta=beta))


@recipe("Chen et al., 2018, https://arxiv.org/abs/1802.04942")
def beta_tc_vae(spec: Spec, *, beta: float = 6.0) -> Spec:
    """The total correlation of the codes weighs beta times as much, and the rest of the KL once."""
    return spec.add(part("total-correlation", weight=beta - 1))


@recipe("Burgess et al., 2018, https://arxiv.org/abs/1804.03599")
def capacity_vae(spec: Spec, *, capacity: float = 25.0, pull: float = 30.0, warm_up: float = 20.0) -> Spec:
    """The KL is drawn towards a capacity that grows while training."""
    return spec.with_(bound=amended(spec.bound, "elbo", capacity=capacity, pull=pull, warm_up=warm_up))


@recipe("Kingma et al., 2016, https://arxiv.org/abs/1606.04934")
def free_bits_vae(spec: Spec, *, free_nats: float = 0.25) -> Spec:
    """Each latent value may carry this many nats for nothing, so that none is switched off early."""
    return spec.with_(bound=amended(spec.bound, "elbo", free_nats=free_nats))


@recipe("Sonderby et al., 2016, https://arxiv.org/abs/1602.02282")
def warmup_vae(spec: Spec, *, warm_up: float = 10.0) -> Spec:
    """The weight of the KL rises from 0 to its full value over the first epochs."""
    return spec.with_(bound=amended(spec.bound, "elbo", warm_up=warm_up))


@recipe("Burda et al., 2016, https://arxiv.org/abs/1509.00519")
def iwae(spec: Spec, *, samples: int = 5) -> Spec:
    """The importance-weighted bound: tighter than the ELBO, the tighter the more samples."""
    return spec.with_(bound=amended(spec.bound, "iwae", samples=samples))


@recipe("Dilokthanakul et al., 2016, https://arxiv.org/abs/1611.02648")
def mixture_vae(spec: Spec, *, components: int = 10) -> Spec:
    """A learned mixture of normals as prior."""
    return spec.with_(prior=amended(spec.prior, "mixture", components=components))


@recipe("Tomczak and Welling, 2018, https://arxiv.org/abs/1705.07120")
def vamp_vae(spec: Spec, *, components: int = 50) -> Spec:
    """The prior is the mixture of the posteriors of learned pseudo-inputs."""
    return spec.with_(prior=amended(spec.prior, "vamp", components=components))


@recipe("Kingma et al., 2016, https://arxiv.org/abs/1606.04934")
def flow_posterior_vae(spec: Spec, *, steps: int = 2) -> Spec:
    """A posterior bent by inverse autoregressive steps."""
    return spec.with_(posterior=amended(spec.posterior, "inverse-autoregressive", steps=steps))


@recipe("Caterini et al., 2018, https://arxiv.org/abs/1805.11328")
def hamiltonian_vae(spec: Spec, *, steps: int = 3) -> Spec:
    """A posterior moved by leapfrog steps towards the true one."""
    return spec.with_(posterior=amended(spec.posterior, "hamiltonian", steps=steps))


@recipe("Rybkin et al., 2021, https://arxiv.org/abs/2006.13202")
def sigma_vae(spec: Spec) -> Spec:
    """A normal likelihood whose scale is learned, so that no weight has to be tuned."""
    return spec.with_(likelihood=part("gaussian", scale="learned"))


@recipe("Makhzani et al., 2015, https://arxiv.org/abs/1511.05644")
def aae(spec: Spec, *, weight: float = 1.0) -> Spec:
    """An adversarial autoencoder: a critic draws the codes of all data towards the prior."""
    return spec.with_(posterior="point", bound="reconstruction").add(part("code-critic", weight=weight))


@recipe("Kingma et al., 2014, https://arxiv.org/abs/1406.5298")
def cvae(spec: Spec) -> Spec:
    """A VAE of x given what is known of it, which encoder and decoder read: a CVAE."""
    return spec.with_(condition=("encoder", "decoder"))
