"""`python -m kg.sparql.writes.writer`: the process that applies writes, one batch at a time, and may be killed."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KgError
from kg.sparql import frames, sandbox
from kg.sparql.messages import Hello
from kg.sparql.worker import GRACE, take_pipes
from kg.sparql.writes.messages import Outcome, Outcomes, WriterStart, decode

if TYPE_CHECKING:
    from kg.sparql.writes.batch import Committer


def main(argument: str) -> None:
    """Serve until the service closes standard input."""
    start = WriterStart.decode(argument)
    sandbox.die_with(start.parent)
    sandbox.leave_end_to_server()
    sandbox.no_core()
    # Before the engine is imported: it must never have had the network.
    reason = sandbox.refuse_network()
    jobs, answers = take_pipes()
    _serve(start, reason, jobs, answers)


def _serve(start: WriterStart, reason: str | None, jobs: int, answers: int) -> None:
    committer = _opened(start)
    unlimited = sandbox.limit_memory(start.memory, sandbox.open_meter())
    reason = "; ".join(filter(None, (reason or sandbox.end_on_network(), unlimited))) or None
    frames.send(answers, frames.HELLO, Hello(0, 0, "writer", reason, "").encode())
    while (frame := frames.receive(jobs)) is not None:
        writes = decode(frame.body)
        try:
            outcomes = committer.commit(writes, _teller(answers, start.seconds))
        except KgError as error:
            outcomes = [Outcome(error="StoreUnavailable", text=str(error))] * len(writes)
        except MemoryError:  # while deriving or publishing: nothing was published
            outcomes = [Outcome(error="TooComplex", text="the write needs more memory than allowed")] * len(writes)
        signal.setitimer(signal.ITIMER_REAL, 0)
        frames.send(answers, frames.END, Outcomes.of(outcomes).encode())
    committer.bench.close()


def _opened(start: WriterStart) -> "Committer":
    """Look at the data directory, publish an empty generation where there is none, and get ready."""
    from kg.sparql.writes.batch import open_committer
    from kg.store.recovery import recover

    for warning in recover(Path(start.data)).warnings:
        print(f"warning: {warning}", file=sys.stderr, flush=True)  # noqa: T201 - the server's log
    return open_committer(start)


def _teller(answers: int, seconds: float) -> Callable[[str], None]:
    def tell(step: str) -> None:
        # The default action of SIGALRM ends the process even in the middle of the engine.
        signal.setitimer(signal.ITIMER_REAL, 0 if step == "publish" else seconds + GRACE)
        frames.send(answers, frames.STEP, step.encode())

    return tell


if __name__ == "__main__":
    main(sys.argv[1])
