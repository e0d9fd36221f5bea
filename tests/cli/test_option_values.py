"""Words become the values that they stand for, or a sentence that says what is possible."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaekit.cli.options import table, takes_of
from vaekit.cli.values import read_part, read_value
from vaekit.spec import Part, part

ANY = takes_of("None | bool | int | float | tuple | str")


@pytest.mark.parametrize(
    ("words", "text", "value"),
    [
        ("int", "-3", -3),
        ('int or "auto"', "auto", "auto"),
        ("int or None", "None", None),
        ("float or None", "none", None),
        ("float", "1e-3", 0.001),
        ("float", "2", 2.0),
        ('bool or "auto"', "TRUE", True),
        ('None, float, "static" or "dynamic"', "0.5", 0.5),
        ('None, float, "static" or "dynamic"', "static", "static"),
        ("tuple or None", "28,28", (28, 28)),
        ("tuple or None", "(3, 28, 28)", (3, 28, 28)),
        ("str | tuple[int, ...]", "400", (400,)),
        ("str | tuple[str, ...]", "elu", "elu"),
        ("str | tuple[str, ...]", "elu,tanh", ("elu", "tanh")),
        ("str | tuple[int, ...]", "", ()),
        ("str | tuple[int, ...]", "auto", "auto"),
        ("float | str", "learned", "learned"),
        ("float | str", "0.1", 0.1),
        ("str, part or module", "normal", "normal"),
        ("str, part or module", "mixture:components=3", part("mixture", components=3)),
    ],
)
def test_a_word_is_read_as_what_the_option_takes(words: str, text: str, value: Any) -> None:
    found = read_value(text, takes_of(words))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("words", "text", "saying"),
    [
        ("int", "3.5", "'3.5' is not possible; it takes a whole number."),
        ("float", "nan", "it takes a number."),
        ("float or None", "much", "it takes a number or none."),
        ('int or "auto"', "atuo", "it takes auto or a whole number."),
        ("bool", "1", "true or false"),
        ("tuple or None", "28x28", "numbers with commas between or none"),
        ('"auto", "float32" or "bfloat16"', "float16", "it takes auto, float32 or bfloat16."),
    ],
)
def test_another_word_is_answered_with_what_is_possible(words: str, text: str, saying: str) -> None:
    with pytest.raises(ValueError) as told:
        read_value(text, takes_of(words))
    assert saying in str(told.value)


def _text_of(value: Any) -> str:
    """How a value is typed."""
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return str(value).lower() if value is None or isinstance(value, bool) else str(value)


@pytest.mark.parametrize(
    ("takes", "default"),
    [(row["takes"], row["default"]) for row in table()["options"] if not row["many"]]
    + [
        (of, of["default"])
        for shelf in (table()["recipes"], *table()["parts"].values())
        for owner in shelf.values()
        for of in owner["options"].values()
    ],
)
def test_a_default_is_what_its_own_text_stands_for(takes: Any, default: Any) -> None:
    found = read_value(_text_of(default), takes)
    assert found == (tuple(default) if isinstance(default, list) else default)


plain = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.integers(), min_size=2).map(tuple),
    st.sampled_from(["learned", "same", "closed-form"]),
)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True), plain, min_size=1))
def test_a_part_is_read_back_from_how_it_is_typed(options: dict[str, Any]) -> None:
    text = ",".join(f"{name}={_text_of(value)}" for name, value in options.items())
    assert read_part(f"mine:{text}", {}) == Part("mine", **options)


def test_the_options_of_a_part_are_of_the_kinds_that_the_part_declares() -> None:
    networks = table()["parts"]["network"]
    assert read_part("mlp:hidden=400", networks) == part("mlp", hidden=(400,))
    assert read_part("mlp:hidden=,activation=tanh", networks) == part("mlp", hidden=(), activation="tanh")
    adam = read_part("adam:weight-decay=1", table()["parts"]["optimizer"])
    assert adam == part("adam", weight_decay=1.0)


@pytest.mark.parametrize(
    ("text", "saying"),
    [
        ("mixture:10", "NAME:OPTION=VALUE"),
        ("mixture:", "NAME:OPTION=VALUE"),
        ("mixture:components=few", "option 'components' of 'mixture': 'few' is not possible"),
        ("mixture:components=1,components=2", "twice"),
    ],
)
def test_a_part_that_is_typed_wrongly_is_answered(text: str, saying: str) -> None:
    with pytest.raises(ValueError, match=saying):
        read_part(text, table()["parts"]["prior"])


def test_no_number_is_infinite() -> None:
    assert read_value("inf", ANY) == "inf"
    assert read_value("1e999", ANY) == "1e999"
    assert math.isinf(float("1e999"))
