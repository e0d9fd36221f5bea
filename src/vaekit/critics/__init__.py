"""Critics: penalties that learn. A critic is a second player with a loss of its own.

Its loss moves its own parameters only, and the model's loss never moves the critic; both are tested by
gradient for every critic. To add one: a class with `@register("penalty", "my-name", ...)` in a file here.
"""

from vaekit.critics.code import CodeCritic
from vaekit.critics.critic import Critic
from vaekit.critics.labelled import ClassCritic, LabelledCritic, StyleCritic

__all__ = ["ClassCritic", "CodeCritic", "Critic", "LabelledCritic", "StyleCritic"]
