"""A bell that any thread rings to wake one that waits on files."""

import contextlib
import os


class Bell:
    """Wait on it as on a file; rung before it is heard, it rings at once."""

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe()
        os.set_blocking(self._rung, False)

    def fileno(self) -> int:
        """What to wait on."""
        return self._heard

    def ring(self) -> None:
        """Wake who waits, or will."""
        with contextlib.suppress(BlockingIOError):  # it rings already
            os.write(self._rung, b"!")

    def hush(self) -> None:
        """Have heard it."""
        os.read(self._heard, 4096)

    def close(self) -> None:
        """Take it down."""
        for end in (self._heard, self._rung):
            os.close(end)
