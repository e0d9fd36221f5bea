"""Distributions for the hot path: plain formulas on tensors, nothing validated, nothing computed unread.

One family a file. A posterior's q offers `draw(noise) -> Draws` and, where it has them, `log_prob(z)`,
`mean` and a closed-form KL (`kl.py`); a prior's p_z offers `log_prob(z)` and `sample(n, generator)`.
"""
