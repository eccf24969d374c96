"""Where query workers come from: fork servers, one without data, and one with a generation in memory."""

import time

from kg.sparql import frames
from kg.sparql.forks import ForkServer, Worker
from kg.sparql.limits import Limits
from kg.sparql.messages import SOON, Hello
from kg.sparql.turnover import QUICK, SETTLED, Generation, Pause, start_of

LOAD_SECONDS = 300.0  # a server that loads for longer is given up


class Nursery:
    """Forks workers from the server that has their generation in memory, else from one that has no data.

    A generation is loaded before the first worker if it is small, otherwise when it has been served for a while. Used
    by one thread, which must live as long as the workers shall; a server stays until what it forked has ended.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._root: ForkServer | None = None
        self._loading: ForkServer | None = None
        self._loaded: ForkServer | None = None
        self._retired: list[ForkServer] = []
        self._told: Hello | None = None  # by who was to load a generation
        self._tried = (0, 0)  # the generation that was last to be loaded, and how large it might be
        self._pause, self._since = Pause(), 0.0

    @property
    def loaded(self) -> int:
        """The generation that is in memory, 0 for none."""
        return self._loaded.generation if self._loaded else 0

    def knows(self, number: int) -> bool:
        """Whether it is settled from where a generation is answered at first."""
        return number == self.loaded or (self._told is not None and self._told.generation == number)

    def worker(self, generation: Generation, hello: Hello | None) -> Worker:
        """Fork a worker; `hello` may know its generation. Raises OSError."""
        known = self._told if self._told and self._told.generation == generation.number else hello
        if self._loaded and self.loaded == generation.number:  # there may be room for the worlds of perspectives, too
            return self._loaded.worker(start_of(generation, known, self._limits, self._limits.memory_quads))
        return self._any().worker(start_of(generation, known, self._limits, QUICK))

    def tend(self, wanted: Generation | None, hello: Hello | None, since: float) -> None:
        """Let go of servers that are dead or not needed, and load what is worth it. Raises OSError.

        `hello` is of the generation that is served since then (on the monotonic clock), None before the first.
        """
        number = wanted.number if wanted else 0
        if self._root and not self._root.process.alive:
            self.close()
        if self._loading and (self._loading.generation != number or time.monotonic() - self._since > LOAD_SECONDS):
            self._drop_loading()
        if self._loaded and not (self.loaded == number and self._loaded.process.alive):
            self._retire()
        for server in [server for server in self._retired if not server.has_forks()]:
            self._retired.remove(server)
            server.close()
        if wanted and not self._loading and number != self.loaded:
            self._load(wanted, hello, self._most(hello, since))

    def files(self) -> list[int]:
        """What to wait on, before `hear`."""
        return [self._loading.process.fileno()] if self._loading else []

    def hear(self) -> None:
        """Listen to the server that loads. Raises ChildProcessError, with its exit code, when it has ended."""
        assert self._loading
        said = self._loading.process.receive(0)
        if said is None:
            loading, self._loading = self._loading, None
            self._pause.extend()
            raise ChildProcessError(loading.close())
        for hello in (Hello.decode(frame.body) for frame in said if frame.kind == frames.HELLO):
            self._settle(hello)

    def close(self) -> None:
        """End all servers, and with them all that they forked."""
        self._drop_loading()
        for server in (*self._retired, *filter(None, (self._loaded, self._root))):
            server.close()
        self._retired, self._loaded, self._root = [], None, None

    def _any(self) -> ForkServer:
        self._root = self._root or ForkServer.started()
        return self._root

    def _most(self, hello: Hello | None, since: float) -> int:
        """The quads that a generation may have to be loaded now."""
        if hello is None:
            return min(SOON, self._limits.memory_quads)
        settled = time.monotonic() - since > SETTLED
        return self._limits.memory_quads if settled and hello.quads > QUICK else 0

    def _load(self, wanted: Generation, hello: Hello | None, most: int) -> None:
        number, before = self._tried
        again = number == wanted.number and before >= most and self._pause.attempts == 0
        worth = hello is None or hello.quads <= most
        if worth and not again and time.monotonic() >= self._pause.until:
            self._tried, self._since = (wanted.number, most), time.monotonic()
            self._loading = self._any().server(start_of(wanted, hello, self._limits, most))

    def _settle(self, hello: Hello) -> None:
        loading, self._loading = self._loading, None
        assert loading
        self._told, self._pause = hello, Pause()
        if hello.backend == "disk":
            loading.close()
            return
        self._retire()
        self._loaded = loading

    def _retire(self) -> None:
        if self._loaded:
            self._retired.append(self._loaded)
        self._loaded = None

    def _drop_loading(self) -> None:
        if self._loading:
            self._loading.close()
        self._loading = None
