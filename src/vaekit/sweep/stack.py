"""Models of one shape as one: their tensors stacked, and a step of training that moves all of them.

Each tensor of M models, parameter or buffer, is one with M in front. `torch.func.vmap` runs the code of one model over
that axis, so that a step costs the calls of one model. The gradient of the sum of the losses is each model's own,
an elementwise optimiser moves each number by its own gradients, and each model has its own rows and generators: so
a model trains as it would alone, up to the rounding of batched products.

The tensors of each model are rows of the stacks: whoever looks at a model sees its weights as they are now.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap

from vaekit.train import Training
from vaekit.train.players import Player

Batch = tuple[Tensor, Tensor | None]
Columns = dict[str, Tensor]
"""name -> one number a model, (M,)."""


class Objective(nn.Module):
    """A model with the bound and the penalties that score it, as one module."""

    def __init__(self, training: Training) -> None:
        super().__init__()
        self.model = training.model
        self.penalties = nn.ModuleList(training.penalties)
        self.bound = training.bound

    def scorers(self) -> list[Any]:
        """The bound and the penalties."""
        return [self.bound, *self.penalties]

    def tensors(self) -> dict[str, Tensor]:
        """Parameters and buffers by name, each once."""
        return {**dict(self.named_parameters()), **dict(self.named_buffers())}

    def forward(
        self,
        numbers: list[Columns],
        x: Tensor,
        noise: Tensor,
        c: Tensor | None,
        epoch: float,
        draw: Callable[[int], Tensor],
    ) -> tuple[Columns, Columns]:
        """(weight, mean) of every term for one batch.

        numbers: what takes the place of attributes of the bound and of each penalty. draw(n) gives n codes of the
        prior, from the generator of the model whose turn it is.
        """
        evidence = self.model(x, noise, c)
        bound, *penalties = map(with_numbers, self.scorers(), numbers)
        terms = bound.terms(evidence, epoch)
        if penalties:
            evidence.p_z = copy.copy(evidence.p_z)
            evidence.p_z.sample = lambda n, generator: draw(n)
        for penalty in penalties:
            terms |= penalty.terms(evidence, None)
        return (
            {name: torch.as_tensor(weight) for name, (weight, _) in terms.items()},
            {name: value.mean() for name, (_, value) in terms.items()},
        )


class Drawn(torch.autograd.Function):
    """What draw(place) gives for the model in each place: vmap leaves random numbers to their generators."""

    @staticmethod
    def forward(place: Tensor, draw: Callable[[int], Tensor]) -> Tensor:
        return draw(int(place))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        """Nothing flows back to a place."""

    @staticmethod
    def vmap(info: Any, in_dims: Any, places: Tensor, draw: Callable[[int], Tensor]) -> tuple[Tensor, int]:
        return torch.stack([draw(place) for place in places.tolist()]), 0


class Stack:
    """Trainings of models of one shape that are all at the same step."""

    def __init__(self, trainings: Sequence[Training]) -> None:
        self.trainings = list(trainings)
        self.first, self.plan = self.trainings[0], self.trainings[0].plan
        objectives = [Objective(training) for training in self.trainings]
        self.code = copy.deepcopy(objectives[0])
        self.numbers = differing([objective.scorers() for objective in objectives], self.plan.device)
        self.states = [objective.tensors() for objective in objectives]
        self.tensors: dict[str, Tensor] = {}
        self.common: dict[str, Tensor] = {}
        for name, tensor in self.code.tensors().items():
            if tensor.is_floating_point():
                self.tensors[name] = stacked([state[name] for state in self.states])
            else:
                self.common[name] = tensor
        rates = torch.tensor([training.plan.learning_rate for training in self.trainings])
        self.pace = (rates / rates.max()).to(self.plan.device) if rates.min() < rates.max() else None
        moved = nn.ParameterList(tensor for tensor in self.tensors.values() if tensor.requires_grad)
        self.player = Player("models", moved, self.plan.optimizer, float(rates.max()))
        self.weights: Columns = {}

    def take_home(self) -> None:
        """Make the tensors of every model rows of the stacks; what counts or indexes is one for all."""
        for row, state in enumerate(self.states):
            for name, tensor in state.items():
                shared = self.common.get(name)
                tensor.data = self.tensors[name].data[row] if shared is None else shared

    def let_go(self, training: Training) -> None:
        """Give a model tensors of its own."""
        for tensor in self.states[self.trainings.index(training)].values():
            tensor.data = tensor.data.clone()

    def of(self, trainings: Sequence[Training]) -> Stack:
        """The stack of those that are left, with what the optimiser knew of them."""
        left = Stack(trainings)
        left.take_home()
        carry_on(left.player, self.player, [self.trainings.index(training) for training in trainings])
        return left

    def terms(self, batches: Sequence[Batch]) -> tuple[Columns, Columns]:
        """(weights, means) of every term, for a batch of each model."""
        x = torch.stack([x for x, _ in batches])
        conditions = [c for _, c in batches if c is not None]
        c = torch.stack(conditions) if conditions else None
        noise = torch.stack([training.noise_for(x.shape[1]) for training in self.trainings])
        places = torch.arange(len(self.trainings))
        epoch = self.first.step / self.first.steps_an_epoch

        def sample(n: int, at: int) -> Tensor:
            return self.trainings[at].model.prior.sample(n, self.trainings[at].noise)

        def one(
            tensors: Any, numbers: Any, x: Tensor, noise: Tensor, c: Tensor | None, place: Tensor
        ) -> tuple[Columns, Columns]:
            def draw(n: int) -> Tensor:
                drawn: Tensor = Drawn.apply(place, lambda at: sample(n, at))
                return drawn

            found: tuple[Columns, Columns] = functional_call(
                self.code, tensors, (numbers, x, noise, c, epoch, draw)
            )
            return found

        with torch.autocast(self.plan.device.type, torch.bfloat16, enabled=self.plan.bfloat16):
            found: tuple[Columns, Columns] = vmap(one, in_dims=(0, 0, 0, 0, None if c is None else 0, 0))(
                self.tensors, self.numbers, x, noise, c, places
            )
        return found

    def take_step(self, batches: Sequence[Batch]) -> None:
        """Move every model by its own gradient: what `Training.take_step` does for one."""
        weights, means = self.terms(batches)
        if not self.weights or self.first.step <= self.first.bound.ends * self.first.steps_an_epoch:
            self.weights = {name: weight.to(self.plan.device) for name, weight in weights.items()}
            self.plain_weights = {name: weight.tolist() for name, weight in weights.items()}
        losses = torch.stack([self.weights[name] * mean for name, mean in means.items()]).sum(0)
        self._note(len(batches[0][0]), losses, means)
        gradients = self.player.feel(losses.sum(), alone=True)
        if self.plan.gradient_clip is not None:
            clip_each(self.player.parameters, self.plan.gradient_clip)
        self._move(gradients)
        for training in self.trainings:
            if training.average is not None:
                training.average.follow()

    @torch.no_grad()
    def _move(self, gradients: Sequence[Tensor | None]) -> None:
        """One step of the optimiser: each model goes as far as its learning rate says."""
        before = [] if self.pace is None else [p.clone() for p in self.player.parameters]
        self.player.move(gradients, self.first.share, None)
        if self.pace is not None:
            for then, now in zip(before, self.player.parameters, strict=True):
                now.copy_(then.lerp(now, along(self.pace, now)))

    def _note(self, rows: int, losses: Tensor, means: Columns) -> None:
        """Write this step into the history of every model."""
        each = {name: mean.detach().unbind() for name, mean in means.items()}
        for at, (training, loss) in enumerate(zip(self.trainings, losses.detach().unbind(), strict=True)):
            mean = {name: values[at] for name, values in each.items()}
            if training.is_finite(loss, mean):
                weights = {name: self.plain_weights[name][at] for name in mean}
                training.means.add(rows, weights, mean, {})


def plain_numbers(scorer: Any) -> tuple[str, ...]:
    """Attributes of a bound or penalty that its code calculates with and never asks."""
    return getattr(scorer, "plain_numbers", ())


def with_numbers(scorer: Any, numbers: Columns) -> Any:
    """A copy of a bound or penalty with other numbers in it."""
    changed = copy.copy(scorer)
    for name, number in numbers.items():
        setattr(changed, name, number)
    return changed


def differing(scorers: Sequence[Sequence[Any]], device: torch.device) -> list[Columns]:
    """For the bound and each penalty the plain numbers in which the models differ."""
    found = []
    for same in zip(*scorers, strict=True):
        columns = {name: [getattr(scorer, name) for scorer in same] for name in plain_numbers(same[0])}
        found.append(
            {
                name: torch.tensor(column, dtype=torch.float32, device=device)
                for name, column in columns.items()
                if len(set(column)) > 1
            }
        )
    return found


def stacked(tensors: list[Tensor]) -> Tensor:
    """(M, ...): a parameter where the tensors are."""
    together = torch.stack([tensor.detach() for tensor in tensors])
    return nn.Parameter(together) if tensors[0].requires_grad else together


def carry_on(player: Player, before: Player, rows: list[int]) -> None:
    """Take over what an optimiser knew of the models in these rows."""
    if player.optimizer is None or before.optimizer is None:
        return
    for now, then in zip(player.parameters, before.parameters, strict=True):
        player.optimizer.state[now] = {
            key: value[rows] if isinstance(value, Tensor) and value.shape == then.shape else value
            for key, value in before.optimizer.state[then].items()
        }


def along(column: Tensor, like: Tensor) -> Tensor:
    """A number a model, (M,), to broadcast over a stack (M, ...)."""
    return column.view(-1, *(1,) * (like.dim() - 1))


@torch.no_grad()
def clip_each(parameters: Sequence[Tensor], most: float) -> None:
    """Shorten the gradient of each model, over all its parameters, to this norm."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    norms = torch.stack([g.reshape(len(g), -1).norm(dim=1) for g in gradients]).norm(dim=0)
    shares = (most / (norms + 1e-6)).clamp(max=1.0)
    for gradient in gradients:
        gradient.mul_(along(shares, gradient))
