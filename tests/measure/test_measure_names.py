"""The names of vaekit.measure, lazy as they are."""

import subprocess
import sys

import pytest

import vaekit
from vaekit import measure


@pytest.mark.parametrize("name", measure.__all__)
def test_every_public_name_is_there_and_says_what_it_is(name):
    assert getattr(measure, name).__doc__
    assert getattr(measure, name) is getattr(measure, name)  # no module took its place
    assert name in dir(measure)


def test_an_unknown_name_is_answered_with_those_there_are():
    assert vaekit.measure is measure
    with pytest.raises(AttributeError, match="mutual_information"):
        measure.mutual_info


def test_names_cost_nothing_until_they_are_read():
    told = "import sys, vaekit.measure; print('vaekit.measure.aggregate' in sys.modules, 'scipy.stats' in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["False", "False"]
