"""Networks as ONNX, for a page that runs them by onnxruntime-web: whatever torch can export, the user's own too."""

from __future__ import annotations

import copy
import logging
import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

import numpy as np
import torch
from torch import Tensor, nn

from vaekit.errors import MissingExtra
from vaekit.explorer.pack import packed
from vaekit.explorer.steps import CannotRun, Step

EXPORTERS = ("onnx", "onnxscript")


def check_exporter() -> None:
    """MissingExtra where the libraries that write ONNX are not installed."""
    missing = [name for name in EXPORTERS if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f'writing a network as ONNX needs {" and ".join(missing)}; type: pip install "vaekit[onnx]"'
        )


def onnx_decoder(decoder: nn.Module, inputs: int, kind: str = "float32") -> list[Step]:
    """(inputs,) -> (numbers, *event) laid out flat, as one step. Raises CannotRun."""
    return [_step(_Decoder(decoder), inputs, decoder)]


def onnx_encoder(
    encoder: nn.Module, shape: tuple[int, ...], kind: str = "float32", condition_dim: int = 0
) -> list[Step]:
    """An example of this shape, laid out flat, and behind it an early condition -> features. Raises CannotRun."""
    return [_step(_Encoder(encoder, shape), math.prod(shape) + condition_dim, encoder)]


class _Decoder(nn.Module):
    """One row of code and condition (1, inputs) -> one row of numbers."""

    def __init__(self, decoder: nn.Module) -> None:
        super().__init__()
        self.decoder = decoder

    def forward(self, row: Tensor) -> Tensor:
        numbers: Tensor = self.decoder(row)
        return numbers.flatten(1)


class _Encoder(nn.Module):
    """One example and its condition in a row (1, inputs) -> one row of features."""

    def __init__(self, encoder: nn.Module, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder, self.shape = encoder, shape
        self.reads_condition = bool(getattr(encoder, "reads_condition", False))

    def forward(self, row: Tensor) -> Tensor:
        size = math.prod(self.shape)
        x = row[:, :size].reshape(1, *self.shape)
        features: Tensor = self.encoder(x, row[:, size:]) if self.reads_condition else self.encoder(x)
        return features


def _step(rows: nn.Module, inputs: int, network: nn.Module) -> Step:
    """The step `onnx` of ort.js: a model in float32 that takes x (1, inputs) and gives y (1, outputs)."""
    name = type(getattr(network, "module", network)).__name__
    row = torch.zeros(1, inputs)
    try:
        rows = copy.deepcopy(rows).cpu().float().eval()
        with _quiet(), torch.no_grad():
            outputs = int(rows(row).shape[1])
            written = _written(rows, row)
    except Exception as error:  # whatever a module of the user's or the exporter raises
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise CannotRun(f"{name} cannot be exported to ONNX: {said[0]}") from error
    return {"op": "onnx", "model": packed(np.frombuffer(written, np.uint8), "uint8"), "outputs": outputs}


def _written(rows: nn.Module, row: Tensor) -> bytes:
    """The model's bytes, without what the exporter notes of the files that the module was written in."""
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    program = torch.onnx.export(
        rows, (row,), input_names=["x"], output_names=["y"], dynamo=True, verbose=False
    )
    assert program is not None
    ClearMetadataAndDocStringPass()(program.model)
    written: bytes = program.model_proto.SerializeToString(deterministic=True)
    return written


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter tells its own developers much; here its errors are told in one sentence."""
    log = logging.getLogger("torch.onnx")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)
