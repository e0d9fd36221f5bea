"""The strength of ridge from the variances of noise and prior, in either form of the objective."""

from __future__ import annotations

from vaekit.errors import SpecError, suggestion

FORMS = ("sse", "mse")


def alpha_from(sigma2: float, tau2: float, n: int, form: str = "sse") -> float:
    """The alpha at which ridge is the MAP under noise N(0, sigma2) and weights N(0, tau2), for n rows.

    form="sse"  SSE + alpha sum w^2, alpha = sigma2 / tau2: the convention of scikit-learn's Ridge
    form="mse"  MSE + alpha sum w^2, alpha = sigma2 / (n tau2): the same minimiser, as MSE is SSE / n
    """
    if form not in FORMS:
        raise SpecError(
            f"no form is called {form!r}; there are: {', '.join(FORMS)}.{suggestion(form, FORMS)}"
        )
    for name, value in (("sigma2", sigma2), ("tau2", tau2), ("n", n)):
        if not value > 0:
            raise SpecError(f"{name}={value!r} is not possible; it is a number above 0.")
    return sigma2 / tau2 if form == "sse" else sigma2 / (n * tau2)
