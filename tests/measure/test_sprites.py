"""The procedural sprites: every combination of their factors once, drawn by number."""

import itertools

import numpy as np
import pytest

from vaekit.data.sprites import SIZES, Sprites, read_sprites, sprite_numbers
from vaekit.errors import DataError

sprites = Sprites()
SOME = np.random.default_rng(0).choice(len(sprites), 600, replace=False)


def test_there_are_as_many_as_combinations_of_factors():
    assert len(sprites) == 3 * 6 * 40 * 32 * 32 == 737_280
    assert (sprites.numbers(sprites.factors(np.arange(len(sprites)))) == np.arange(len(sprites))).all()


def test_the_last_factor_changes_fastest():
    first = list(itertools.islice(itertools.product(*map(range, SIZES)), 40))
    assert (sprites.factors(np.arange(40)) == first).all()


def test_a_picture_is_the_same_alone_and_among_others():
    together = sprites[SOME[:20]]
    assert together.shape == (20, 1, 64, 64) and together.dtype == np.uint8
    for number, picture in zip(SOME[:20], together, strict=True):
        assert (sprites[int(number)] == picture).all()
    assert (sprites[3:6] == sprites[[3, 4, 5]]).all()
    assert (sprites[-1] == sprites[len(sprites) - 1]).all()
    with pytest.raises(IndexError, match="737,279"):
        sprites[len(sprites)]


def test_pictures_are_black_and_white_and_whole():
    """No sprite touches the border, whatever its size, turn and place."""
    extreme = itertools.product(range(3), [5], range(40), [0, 31], [0, 31])
    for pictures in (sprites[SOME], sprites[sprites.numbers(list(extreme))]):
        assert set(np.unique(pictures)) == {0, 1}
        border = np.concatenate([pictures[..., [0, -1]].ravel(), pictures[..., [0, -1], :].ravel()])
        assert not border.any()
        assert pictures.sum((1, 2, 3)).min() > 30


def test_a_step_of_a_position_moves_the_picture_by_a_pixel():
    factors = sprites.factors(SOME)
    factors = factors[(factors[:, 3] < 31) & (factors[:, 4] < 31)]
    here = sprites[sprites.numbers(factors)]
    right = sprites[sprites.numbers(factors + np.array([0, 0, 0, 1, 0]))]
    down = sprites[sprites.numbers(factors + np.array([0, 0, 0, 0, 1]))]
    assert (right[..., 1:] == here[..., :-1]).all()
    assert (down[..., 1:, :] == here[..., :-1, :]).all()


def test_the_area_of_a_sprite_goes_with_the_square_of_its_scale():
    """Within the pixels that the outline cuts: up to 8 % of the smallest. The heart's area is that of a fine grid."""
    u, v = np.meshgrid(*[np.linspace(-1.5, 1.5, 1001)] * 2)
    heart = 9 * ((u**2 + v**2 - 1) ** 3 <= u**2 * v**3).mean()
    for shape, area in enumerate([4.0, np.pi * 1.3 * 0.7, heart]):
        for scale in range(6):
            turned = [[shape, scale, turn, 10, 10] for turn in range(40)]
            found = sprites[sprites.numbers(turned)].sum() / 40
            assert found == pytest.approx(area * (10 * (0.5 + 0.1 * scale)) ** 2, rel=0.08)


def test_turning_a_square_by_a_right_angle_gives_it_back_and_turning_a_heart_does_not():
    for shape, same in ((0, True), (2, False)):
        pair = sprites[sprites.numbers([[shape, 3, 4, 7, 9], [shape, 3, 14, 7, 9]])]
        assert (pair[0] == pair[1]).all() == same


def test_pictures_differ_wherever_their_factors_do_but_for_symmetry():
    """40 turns of a square (heart) are 10 (40) pictures, of an ellipse 20; 6 scales of each."""
    for shape, turns in enumerate((10, 20, 40)):
        factors = [[shape, scale, turn, 5, 6] for scale in range(6) for turn in range(40)]
        assert len(np.unique(sprites[sprites.numbers(factors)].reshape(240, -1), axis=0)) == 6 * turns


def test_batches_give_every_sprite_once():
    seen = np.zeros(len(sprites), dtype=int)
    first, factors = next(sprites.batches(7))
    assert first.shape == (7, 1, 64, 64) and (factors == sprites.factors(np.arange(7))).all()
    stream = sprites.batches(50, np.random.default_rng(0))
    for _ in range(3):
        pictures, factors = next(stream)
        numbers = sprites.numbers(factors)
        assert (sprites[numbers] == pictures).all()
        seen[numbers] += 1
    assert seen.sum() == 150 and seen.max() == 1


def test_as_a_source_they_are_a_random_part_with_their_shapes():
    source = read_sprites(rows=200, seed=3)
    numbers = sprite_numbers(200, 3)
    assert source.X.shape == (200, 1, 64, 64) and source.X.dtype == np.float32
    assert (sprites[numbers] == source.X).all()
    assert (source.y == sprites.factors(numbers)[:, 0]).all()
    assert source.class_names == ("square", "ellipse", "heart")
    assert len(set(numbers)) == 200
    assert read_sprites(rows=200, seed=3).sha256 == source.sha256 != read_sprites(rows=200, seed=4).sha256
    with pytest.raises(DataError, match="rows=0"):
        read_sprites(rows=0)
