"""Networks: the shape of an example in, features out, and the way back. No probability here.

A network part makes two modules, an `encoder` and a `decoder`; see `vaekit.nn.network.Network`.
To add one: a class in a file of its own with `@register("network", "my-name")`, imported below.
"""

from vaekit.nn.conditional_mlp import ConditionalMLP
from vaekit.nn.conv import Conv
from vaekit.nn.mlp import MLP
from vaekit.nn.network import Network, choose_network
from vaekit.nn.own import OwnNetwork
from vaekit.nn.stacked import Stacked

__all__ = ["MLP", "ConditionalMLP", "Conv", "Network", "OwnNetwork", "Stacked", "choose_network"]
