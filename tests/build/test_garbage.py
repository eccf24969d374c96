"""A build looks for garbage seldom, and leaves the process as it was."""

import gc

import pytest

from kg.build.garbage import seldom_collected


@seldom_collected()
def fail() -> None:
    assert gc.get_threshold()[0] > 10_000
    assert gc.get_freeze_count() > 0
    raise ValueError("broken")


def test_what_was_set_before_is_set_again_however_it_ends() -> None:
    before = gc.get_threshold()
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            fail()
        assert gc.get_threshold() == before
        assert gc.get_freeze_count() == 0
