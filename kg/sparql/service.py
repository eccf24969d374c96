"""The query service: takes queries from many threads at once, has killable processes answer them."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from kg.errors import KgError, QuerySyntax
from kg.settings import Settings
from kg.sparql import tokens
from kg.sparql.admission import Lane, Lanes, Ticket
from kg.sparql.answers import ANYONE, Answer, Reader, Readiness, Task
from kg.sparql.budget import Budgets
from kg.sparql.cache import Cache, Statistics
from kg.sparql.delivery import Delivery
from kg.sparql.desk import Desk
from kg.sparql.federation.federation import Beside, Federation
from kg.sparql.flights import Flights
from kg.sparql.forks import Worker
from kg.sparql.limits import Limits
from kg.sparql.pool import Pool
from kg.sparql.protocol import Query
from kg.sparql.run import Lost, Run
from kg.sparql.syntax import told_better
from kg.store.generations import Generations

__all__ = ["Answer", "QueryService", "Reader", "Readiness"]

PROBE = Query("ASK {}", timeout=2.0)


class QueryService:
    """Answers queries over the current generation in a data directory, between `start` and `close`."""

    def __init__(self, settings: Settings) -> None:
        self._limits = Limits.of(settings)
        self._pool = Pool(Generations(settings.data), self._limits, self._go_on)
        self._followers: list[Callable[[], None]] = []
        self._lanes = Lanes(self._limits)
        self._cache = Cache(self._limits.cache)
        self._budgets = Budgets(self._limits.budget)
        self._federation = Federation(settings, self._limits, self._budgets.charge)
        self._desk = Desk(settings, self._limits, self._federation.offered > 0)
        self._delivery = Delivery(self._cache, self._desk)
        self._flights = Flights(self._limits.queue, kept=self._limits.cache > 0)
        self._ended: Counter[str] = Counter()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start the workers; returns when the first is ready or has failed, at most a query's deadline later."""
        self._pool.start(self._limits.seconds)

    def answer(
        self,
        query: Query,
        accept: str | None,
        gone: Callable[[], bool],
        own: bool = False,
        reader: Reader = ANYONE,
    ) -> Answer:
        """Answer a query; `own` takes the place that is kept for our own pages.

        Raises KgError where there is no answer. Waiting included, it takes no longer than the deadline.
        """
        task = self.prepare(query, accept, gone, own, reader)
        return self.at_hand(task) or self.make(task)

    def prepare(
        self, query: Query, accept: str | None, gone: Callable[[], bool], own: bool = False, reader: Reader = ANYONE
    ) -> Task:
        """Check a query, and settle how its answer is wanted. Raises KgError for what is not answered here."""
        try:
            scan = self.scan(query.text)
            task = self._desk.task(query, scan, accept, gone, own, reader, self._cache.era)
            return self._federation.joined(task, Beside(self._answer, task)) if scan.outside else task
        except QuerySyntax as error:
            raise told_better(error, query.text) from error

    def scan(self, text: str) -> tokens.Scan:
        """Scan a query's text. Raises KgError for what is not answered here."""
        return self._desk.scan(text)

    def renew(self, task: Task, gone: Callable[[], bool], reader: Reader) -> Task:
        """A task as it is when somebody asks for the same anew, in the same encodings."""
        until = time.monotonic() + task.job.seconds  # not by `replace`, which costs more than all of the rest
        settled = task.job, task.media, task.encoding, task.volatile, task.hold
        return Task(*settled, until, task.own, gone, reader, task.past, self._cache.era)

    def make(self, task: Task) -> Answer:
        """The answer to what was prepared, where it is not at hand. Raises KgError."""
        try:
            return self._answer(task)
        except QuerySyntax as error:
            raise told_better(error, task.job.text) from error

    def begin(self, task: Task) -> Run | None:
        """Have a worker answer; None where that would take waiting. Raises BudgetSpent. `land` it, come what may."""
        if task.reader.client:
            self._budgets.check(task.reader.client)
        key = self._desk.key(task, self._pool.hello)
        if self._flights.includes(key) or (ticket := self._lanes.enter_now()) is None:
            return None
        worker = self._pool.take_now()
        run = self._sent(worker, ticket, task) if worker else None
        if run is None:
            ticket.leave()
        elif self._flights.take_off(key):
            run.key = key
        return run

    def land(self, run: Run) -> None:
        """Let those go on who wait for the answer of a run that `begin` gave."""
        if run.key:
            self._flights.land(run.key)

    def finish(self, run: Run, task: Task, pieces: list[bytes], whole: bool) -> Answer:
        """The answer that begins, or is `whole`, with these pieces of a run that `begin` gave. May wait."""
        try:
            return (
                self._delivery.keep(run, task, b"".join(pieces)) if whole else self._delivery.collect(run, task, pieces)
            )
        except QuerySyntax as error:
            raise told_better(error, task.job.text) from error

    def readiness(self) -> Readiness:
        """Ask a worker a trivial query, and say how things are."""
        reason = None
        try:
            answer = self._answer(self._desk.task(PROBE, self.scan(PROBE.text), None, lambda: False, True, ANYONE, 0))
            answer.chunks.close()
        except KgError as error:
            reason = str(error)
        status = self._pool.status()
        hello = status.hello
        return Readiness(
            ready=reason is None,
            reason=reason or status.failure,
            generation=hello.generation if hello else None,
            quads=hello.quads if hello else None,
            backend=hello.backend if hello else None,
            filter=hello.filter if hello else None,
            workers=status.workers,
            services=self._federation.offered,
        )

    def wait_for(self, generation: int, seconds: float) -> bool:
        """Wait until that generation, or a later one, is served; False when the time is over."""
        return self._pool.wait_for(generation, seconds)

    def follow(self, forget: Callable[[], None]) -> None:
        """Have a function called whenever another generation is served; before `start`."""
        self._followers.append(forget)

    def _go_on(self) -> None:
        """Keep nothing of what was served before: a text may have been erased from it."""
        for forget in (self._cache.clear, *self._followers):
            forget()

    def counters(self) -> Counter[str]:
        """How many queries were ended, by reason."""
        with self._lock:
            return self._ended.copy()

    def lanes(self) -> dict[Lane, int]:
        """How many queries run in each lane."""
        return self._lanes.taken()

    def waiting(self) -> int:
        """How many queries wait for a place."""
        return self._lanes.waiting()

    def workers(self) -> int:
        """How many workers live."""
        return self._pool.status().workers

    def generation(self) -> int | None:
        """The generation that is served, None before the first."""
        hello = self._pool.hello
        return hello.generation if hello else None

    def cached(self) -> Statistics:
        """How well the cache of answers serves."""
        return self._cache.statistics()

    def merged(self) -> int:
        """How many queries waited for the answer to the same of another."""
        return self._flights.merged()

    def refusals(self) -> int:
        """How often a client was turned away because its budget was spent."""
        return self._budgets.refusals()

    def federated(self) -> Counter[str]:
        """How many SERVICE patterns there were, by outcome."""
        return self._federation.counters()

    def close(self, grace: float) -> None:
        """Turn away new queries, wait up to `grace` seconds for those that run, end all workers."""
        self._federation.close()
        self._lanes.close(min(grace, self._limits.seconds))
        self._pool.stop()

    def at_hand(self, task: Task) -> Answer | None:
        """The answer if it is kept, or if the reader has it; never waits."""
        return self._delivery.at_hand(task, self._pool.hello)

    def _answer(self, task: Task) -> Answer:
        if task.reader.client:
            self._budgets.check(task.reader.client)
        with self._flights.one(self._desk.key(task, self._pool.hello), task.deadline, task.gone) as landed:
            if landed and (answer := self.at_hand(task)):
                return answer
            try:
                return self._attempt(task)
            except Lost:  # nothing was sent yet, and a worker that dies while it is taken is nobody's fault
                return self._attempt(task)

    def _attempt(self, task: Task) -> Answer:
        ticket = self._lanes.enter(task.own, task.deadline, task.gone, task.reader.client)
        return self._delivery.collect(self._begin(task, ticket), task, [])

    def _begin(self, task: Task, ticket: Ticket) -> Run:
        try:
            while True:
                worker = self._pool.take(task.deadline, task.gone)
                if run := self._sent(worker, ticket, task):
                    return run
        except BaseException:
            ticket.leave()
            raise

    def _sent(self, worker: Worker, ticket: Ticket, task: Task) -> Run | None:
        """The run of a worker that has the query; None where it died while it had nothing to do."""
        try:
            worker.send(self._desk.encoded(task.job), max(0.0, task.deadline - time.monotonic()))
        except BrokenPipeError:
            self._pool.discard(worker)
            return None
        return Run(worker, self._pool, ticket, task.deadline, self._count, self._charger(task))

    def _charger(self, task: Task) -> Callable[[float], None]:
        client = task.reader.client
        return lambda seconds: self._budgets.charge(client, seconds) if client else None

    def _count(self, reason: str) -> None:
        with self._lock:
            self._ended[reason] += 1
