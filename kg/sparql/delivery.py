"""From the pieces of a run to an answer: whole, and kept for the next who asks, or a stream."""

import time
from collections.abc import Callable

from kg.sparql.answers import Answer, Chunks, Task, answer_kept, whole
from kg.sparql.cache import Cache, Kept, strong_tag
from kg.sparql.desk import Desk
from kg.sparql.encoding import SMALL, compress
from kg.sparql.messages import Hello
from kg.sparql.run import FAST, Run
from kg.sparql.stream import PIECE, WHOLE, Keep, Streams

STREAMED = 0.02  # seconds after its first piece in which an answer that is not held is complete, or is streamed


class Delivery:
    """Answers that are kept, and those that are being read; any thread may use it."""

    def __init__(self, cache: Cache, desk: Desk) -> None:
        self._cache, self._desk = cache, desk
        self._streams = Streams()

    def at_hand(self, task: Task, hello: Hello | None) -> Answer | None:
        """The answer if it is kept, or if the reader has it; never waits. `hello` is of what is served."""
        key = self._desk.key(task, hello)
        if key is None or hello is None:
            return None
        kept = self._cache.get(key)
        if kept and task.reader.knows(kept.etag):
            return answer_kept(kept, task, True)
        if task.reader.knows(key):  # from when it was streamed
            return Answer(
                task.media.name, _asked(task, hello.generation), None, whole(()), None, key, weak=True, known=True
            )
        return answer_kept(kept, task, False) if kept else None

    def collect(self, run: Run, task: Task, pieces: list[bytes]) -> Answer:
        """The whole answer if it is small and quick, or must be held, else a stream that begins with what there is."""
        if (body := _gather(run, task, pieces)) is not None:
            return self.keep(run, task, body)
        run.leave_fast_lane()
        stream = self._streams.open(run, pieces, task.reader.client, self._keeper(run, task))
        length = stream.hold(task.gone) if task.hold else None
        if length is not None and stream.kept:
            stream.close()
            return stream.kept
        chunks: Chunks = compress(task.encoding, stream, live=length is None) if task.encoding else stream
        known = None if task.encoding else length
        generation = _asked(task, run.generation)
        return Answer(task.media.name, generation, known, chunks, task.encoding, self._desk.key(task, run.hello), True)

    def _keeper(self, run: Run, task: Task) -> Keep:
        def keep(size: int, read: Callable[[], bytes]) -> Answer | None:
            body = read() if size <= self._cache.most_of_one else b""
            return self.keep(run, task, body) if len(body) == size else None  # else it was closed meanwhile

        return keep

    def keep(self, run: Run, task: Task, body: bytes) -> Answer:
        """A whole answer, which is kept for the next who asks."""
        small = task.encoding is None or len(body) < SMALL
        sent = body if small else b"".join(compress(task.encoding, [body]))  # type: ignore[arg-type]
        pieces = tuple(sent[start : start + PIECE] for start in range(0, len(sent), PIECE))
        key = self._desk.key(task, run.hello)
        encoding = None if small else task.encoding
        generation = _asked(task, run.generation)
        if key is None:
            return Answer(task.media.name, generation, len(sent), whole(pieces), encoding)
        kept = Kept(pieces, len(sent), encoding, strong_tag(key, pieces), generation)
        self._cache.put(key, kept, task.era)
        return answer_kept(kept, task, task.reader.knows(kept.etag))


def _gather(run: Run, task: Task, pieces: list[bytes]) -> bytes | None:
    """Add to the pieces until they are all, and return them; None where the rest is better streamed.

    What need not be held is streamed early where there is a place in the slow lane.
    """
    size, began, early = sum(map(len, pieces)), time.monotonic(), not task.hold
    while size <= WHOLE:
        until = began + (STREAMED if early else FAST) if pieces else float("inf")
        piece = run.next(until, task.gone)
        if piece is None and early and not run.slows_down():
            early = False
        elif piece is None:
            return None
        elif not piece:
            return b"".join(pieces)
        else:
            began = began if pieces else time.monotonic()
            pieces.append(piece)
            size += len(piece)
    return None


def _asked(task: Task, answered: int) -> int:
    """The generation that an answer is of, where a worker of the generation `answered` gave it."""
    return task.past.generation if task.past else answered
