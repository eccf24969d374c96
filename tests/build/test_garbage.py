"""A build looks for garbage seldom, and leaves the process as it was."""

import gc

import pytest

from kg.build.garbage import seldom_collected


def test_what_was_set_before_is_set_again_however_it_ends() -> None:
    before = gc.get_threshold()
    with pytest.raises(ValueError, match="broken"), seldom_collected():
        assert gc.get_threshold() > before
        assert gc.get_freeze_count() > 0
        raise ValueError("broken")
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0
