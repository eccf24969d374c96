"""`python -m kg.sparql.federation.relay`: a process that asks other endpoints, one at a time, and may be killed.

It alone of all that a query reaches has the network, and it never sees the record: it is given one question in text,
and gives back a table in text.
"""

import signal
import sys

from kg.services import read_services
from kg.sparql import frames, landlock, sandbox
from kg.sparql.federation.fetch import Failed, fetch
from kg.sparql.federation.messages import Errand, Unanswered
from kg.sparql.worker import GRACE, take_pipes

MEMORY = 64  # times the bytes of an answer, beyond what the process starts with
LEAST_MEMORY = 256 << 20  # bytes


def main() -> None:
    """Serve until the federation closes standard input."""
    sandbox.leave_end_to_server()
    sandbox.no_core()
    if reason := sandbox.refuse_programs():
        print(f"a relay may start programs: {reason}", file=sys.stderr)  # noqa: T201
    jobs, answers = take_pipes()
    from kg.sparql.federation import values  # noqa: F401 - before it may write no file, so that it is compiled once

    meter = sandbox.open_meter()
    if reason := landlock.confine([*landlock.network_files(), *landlock.python_files()]):
        print(f"a relay may read and write files: {reason}", file=sys.stderr)  # noqa: T201
    _serve(jobs, answers, meter)


def _serve(jobs: int, answers: int, meter: int | None) -> None:
    limited = False
    while (frame := frames.receive(jobs)) is not None:
        errand = Errand.decode(frame.body)
        if not limited and (reason := sandbox.limit_memory(max(LEAST_MEMORY, MEMORY * errand.bytes), meter)):
            print(f"a relay's {reason}", file=sys.stderr)  # noqa: T201
        limited = True
        # The default action of SIGALRM ends the process, also where it waits for a name to be looked up.
        signal.setitimer(signal.ITIMER_REAL, errand.seconds + GRACE)
        frames.send(answers, *_answer(errand))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(errand: Errand) -> tuple[bytes, bytes]:
    from kg.sparql.federation.values import table

    service = read_services(errand.services)[errand.iri]
    try:
        body, syntax = fetch(service, errand.query, errand.bytes, errand.hops)
        return frames.DATA, table(body, syntax, errand.variables, errand.blank).encode()
    except Failed as error:
        return frames.FAILURE, Unanswered(str(error)).encode()
    except MemoryError:
        return frames.FAILURE, Unanswered("answered with more than there is memory for").encode()


if __name__ == "__main__":
    main()
