"""Joins what other endpoints answer into a query, so that the engine, which has no network, can run it.

See docs/decisions/0021-service-as-values.md.
"""

import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kg.errors import Forbidden, ServiceFailed
from kg.services import read_services
from kg.settings import Settings
from kg.sparql.answers import Answer, Past, Task
from kg.sparql.federation.calls import Call, Federated, read_calls
from kg.sparql.federation.messages import BLANK, Errand
from kg.sparql.federation.outer import MOST, Given, given, outer_of, spliced
from kg.sparql.federation.relays import Relays
from kg.sparql.limits import Limits

DEPTH = 2  # servers that may pass a question on
MOST_CALLS = 10  # in one query
OUTCOMES = ("called", "failed", "silenced", "refused")


class Beside:
    """Asks our own engine what the federation must know, on behalf of a task, through `answer`; raises KgError.

    What it is told is all of one generation: that of the first answer.
    """

    def __init__(self, answer: Callable[[Task], Answer], task: Task) -> None:
        self._answer, self._task = answer, task

    def variables(self, text: str) -> list[str]:
        """Those that a query's solutions have, by its text alone."""
        names: list[str] = json.loads(self._whole(text, variables=True))
        return names

    def solutions(self, text: str) -> str:
        """A query's solutions in tab-separated values."""
        return self._whole(text, syntax="TSV", federated=True, settles=True).decode()

    def settled(self, text: str) -> Task:
        """The task with another text, of the generation whose solutions were told, if any were."""
        return replace(self._task, job=replace(self._task.job, text=text, federated=True))

    def _whole(self, text: str, settles: bool = False, **how: Any) -> bytes:
        job = replace(self._task.job, text=text, rows=None, **how)
        answer = self._answer(replace(self._task, job=job, encoding=None))
        if settles and self._task.past is None:
            # Without a stamp: nothing of such a query is kept.
            past = Past(answer.generation, "")
            self._task = replace(self._task, past=past, job=replace(self._task.job, generation=past.generation))
        return b"".join(answer.chunks)


class Federation:
    """Asks the endpoints that the settings list; `spent` is told how many seconds a client's questions took."""

    def __init__(self, settings: Settings, limits: Limits, spent: Callable[[str, float], None]) -> None:
        self._listed, self._services = settings.services, read_services(settings.services)
        self._seconds, self._bytes = settings.service_seconds, settings.service_bytes
        self._relays = Relays(limits, spent)
        self._counts: Counter[str] = Counter(dict.fromkeys(OUTCOMES, 0))
        self._lock = threading.Lock()

    @property
    def offered(self) -> int:
        """How many endpoints may be asked."""
        return len(self._services)

    def joined(self, task: Task, engine: Beside) -> Task:
        """The task with each SERVICE pattern replaced by a table of what its endpoint answers.

        Raises Forbidden, ServiceFailed, ServiceTimedOut, and what `engine` raises.
        """
        try:
            query = read_calls(task.job.text, self._services)
            _check(query, task.reader.hops)
        except Forbidden:
            self._count("refused")
            raise
        engine.variables(query.stand_in)  # nobody is asked for a query that cannot run
        tables: dict[Call, str] = {}
        for call in query.calls:
            tables[call] = self._table(call, query, task, tables, engine)
        return engine.settled(spliced(query.text, 0, len(query.text), tables))

    def counters(self) -> Counter[str]:
        """How many calls there were, by outcome."""
        with self._lock:
            return self._counts.copy()

    def close(self) -> None:
        """End the relays."""
        self._relays.close()

    def _table(self, call: Call, query: Federated, task: Task, before: dict[Call, str], engine: Beside) -> str:
        known = _known(call, query, before, engine)
        if known is not None and not known.rows:
            return _rows(engine.variables(query.unasked(call)), 0)  # nothing could be joined
        errand = self._errand(call, task, query.asked(call, known.pattern if known else ""))
        self._count("called")
        try:
            return self._relays.run(errand, task.deadline, task.gone, task.reader.client)
        except ServiceFailed:
            self._count("failed")
            if not call.silent:
                raise
            self._count("silenced")
            return _rows(engine.variables(query.unasked(call)), 1)

    def _errand(self, call: Call, task: Task, query: str) -> Errand:
        return Errand(
            services=self._listed,
            iri=call.iri,
            query=f"BASE <{task.job.base}>\n{query}",
            variables=tuple(sorted(call.variables)),
            blank=f"{BLANK}b{secrets.token_hex(8)}.",
            hops=task.reader.hops + 1,
            bytes=self._bytes,
            seconds=self._seconds,
        )

    def _count(self, outcome: str) -> None:
        with self._lock:
            self._counts[outcome] += 1


def _check(query: Federated, hops: int) -> None:
    if hops >= DEPTH:
        raise Forbidden(f"SERVICE is not offered to a query that {hops} servers have passed on already")
    if len(query.calls) > MOST_CALLS:
        raise Forbidden(f"expected at most {MOST_CALLS} SERVICE patterns in a query, found {len(query.calls)}")


def _known(call: Call, query: Federated, before: dict[Call, str], engine: Beside) -> Given | None:
    """The values that the call's variables have before it; None where they are not known, or too many."""
    outer = outer_of(query.text, call)
    if outer is None:
        return None
    columns = " ".join(f"?{name}" for name in outer.variables)
    pattern = spliced(query.text, outer.start, outer.end, before)
    rows = engine.solutions(f"{query.prologue}\nSELECT DISTINCT {columns} WHERE {{{pattern}\n}} LIMIT {MOST + 1}")
    return given(outer.variables, rows)


def _rows(variables: list[str], number: int) -> str:
    """So many solutions that bind none of the variables."""
    columns, row = " ".join(f"?{name}" for name in variables), " ".join("UNDEF" for _ in variables)
    return f"{{ VALUES ({columns}) {{ {f'({row})' * number} }} }}"
