"""One look at a data directory and at what is built from, and a build; as often as a process wants."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

from kg.build.digests import Digests
from kg.build.inputs import Inputs, is_stale, read_inputs
from kg.errors import StoreUnavailable
from kg.settings import Settings
from kg.store.generations import Generations
from kg.store.known import Known
from kg.store.recovery import recover

if TYPE_CHECKING:
    from kg.build.kept import Kept
    from kg.build.pipeline import Outcome, Progress


class Builder:
    """Builds, and keeps from one build to the next what all articles are mapped and judged by."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._digests = settings, Digests()
        self._kept: Kept | None = None
        self._sound: int | None = None  # the generation that was found whole, or was published here

    def look(self, warn: Callable[[str], None]) -> Inputs:
        """Check the data directory, unless it is as this process left it, while the inputs are read.

        `warn` is told what was found wrong and mended. Raises what `recover` and `read_inputs` raise.
        """
        with ThreadPoolExecutor(1) as threads:  # which digests files, and leaves Python's lock alone
            checked = threads.submit(self._check)
            try:
                inputs = read_inputs(self._settings, self._digests)
                self._load(inputs)
            finally:
                for warning in checked.result():
                    warn(warning)
        return inputs

    def build(
        self, inputs: Inputs, progress: "Progress", *, everything: bool = False, erased: bool = False
    ) -> "Outcome":
        """Publish what is stale (`pipeline.build`)."""
        from kg.build.kept import Kept
        from kg.build.pipeline import build

        self._kept = self._kept or Kept()
        outcome = build(
            self._settings, inputs=inputs, progress=progress, everything=everything, erased=erased, kept=self._kept
        )
        self._sound = outcome.generation.number if outcome.generation else None
        return outcome

    def _check(self) -> tuple[str, ...]:
        root = self._settings.data
        with suppress(StoreUnavailable):
            current = Generations(root).current()
            if current and current.number == self._sound:
                return ()
        known = Known(root)
        recovery = recover(root, sha256=known.sha256)
        known.save()
        self._sound = recovery.generation.number if recovery.generation else None
        return recovery.warnings

    def _load(self, inputs: Inputs) -> None:
        """Import what a build needs, where there is going to be one: rdflib and pyshacl take their time."""
        with suppress(StoreUnavailable):  # which is being mended
            if is_stale(self._settings, inputs):
                import kg.build.pipeline  # noqa: F401
