"""Options of parts are checked in words."""

from __future__ import annotations

import numpy as np
import pytest

from vaekit.errors import SpecError, UnknownOption
from vaekit.nn.options import one_of, whole_number, whole_numbers


@pytest.mark.parametrize("value", [3, np.int64(3), np.uint8(3)], ids=repr)
def test_a_whole_number_comes_back_as_an_int(value: object) -> None:
    assert type(whole_number("layers", value)) is int


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", None, True, np.nan], ids=repr)
def test_what_is_no_whole_number_is_refused(value: object) -> None:
    with pytest.raises(SpecError, match=r"layers=.* give a whole number of 1 or more"):
        whole_number("layers", value)


def test_the_least_number_is_said() -> None:
    assert whole_number("layers", 4, least=4) == 4
    with pytest.raises(SpecError, match="4 or more"):
        whole_number("layers", 3, least=4)


def test_several_numbers_come_back_as_a_tuple() -> None:
    assert whole_numbers("hidden", [3, np.int32(2)]) == (3, 2)
    assert whole_numbers("hidden", 5) == (5,)
    assert whole_numbers("hidden", ()) == ()


def test_a_near_miss_is_suggested() -> None:
    assert one_of("padding", "same", ("same", "valid")) == "same"
    with pytest.raises(
        UnknownOption, match=r"padding='samee' is not possible; there are: same, valid\. Did you mean 'same'"
    ):
        one_of("padding", "samee", ("same", "valid"))
