"""Identical queries at once: one runs, the others have its answer; failures and hang-ups are each one's own."""

import concurrent.futures
import threading
import time
from pathlib import Path

import pytest

from kg.errors import DeadlineExceeded, KgError, StoreUnavailable
from kg.sparql.flights import Flights
from tests.sparql.support import CROSS, ask, eventually, never, number, serving

SLOW = "SELECT (COUNT(*) AS ?n) { ?a <urn:p1> ?b . ?c <urn:p2> ?d }"  # half a million pairs, and then one row


def soon() -> float:
    return time.monotonic() + 5


def test_one_makes_it_and_the_others_wait_for_it() -> None:
    flights, landed, seen = Flights(4), threading.Event(), []

    def follow() -> None:
        with flights.one("k", soon(), never) as waited:
            seen.append((waited, landed.is_set()))

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        with flights.one("k", soon(), never) as waited:
            assert not waited
            assert flights.includes("k")
            followers = [pool.submit(follow) for _ in range(3)]
            eventually(lambda: flights.merged() == 3)
            landed.set()
        concurrent.futures.wait(followers)
    assert seen == [(True, True)] * 3
    assert not flights.includes("k")


def test_a_failure_lets_the_others_go_on() -> None:
    flights = Flights(4)
    with pytest.raises(ZeroDivisionError), flights.one("k", soon(), never):
        raise ZeroDivisionError
    with flights.one("k", soon(), never) as waited:
        assert not waited


def test_who_waits_has_a_deadline_and_may_leave() -> None:
    flights = Flights(4)
    with flights.one("k", soon(), never):
        with pytest.raises(DeadlineExceeded), flights.one("k", time.monotonic() + 0.05, never):
            pass
        with pytest.raises(StoreUnavailable), flights.one("k", soon(), lambda: True):
            pass


def test_nobody_waits_for_what_differs_each_time_nor_behind_too_many() -> None:
    flights = Flights(4, kept=False)
    with flights.one("k", soon(), never), flights.one("k", soon(), never) as waited:
        assert not waited
    flights = Flights(0)
    with flights.one(None, soon(), never), flights.one(None, soon(), never) as waited:
        assert not waited
    with flights.one("k", soon(), never), flights.one("k", soon(), never) as waited:
        assert not waited


def test_identical_queries_are_run_once(root: Path) -> None:
    with serving(root, concurrent=1, queue=8, query_seconds=20) as service, \
            concurrent.futures.ThreadPoolExecutor(5) as pool:  # fmt: skip
        answers = list(pool.map(lambda _: number(service, SLOW), range(5)))
        assert len(set(answers)) == 1
        assert service.merged() == service.cached().hits == 4


def test_a_failure_is_not_shared_with_who_has_more_time(root: Path) -> None:
    with serving(root, query_seconds=20, cache_bytes=1 << 20) as service, \
            concurrent.futures.ThreadPoolExecutor(1) as pool:  # fmt: skip
        first = pool.submit(ask, service, SLOW, timeout=0.001)
        second = number(service, SLOW)
        assert isinstance(first.exception(), KgError | None)
        assert second > 1000


def test_a_client_that_leaves_while_it_waits_disturbs_nobody(root: Path) -> None:
    with serving(root, query_seconds=1.5) as service, concurrent.futures.ThreadPoolExecutor(1) as pool:
        first = pool.submit(ask, service, CROSS)
        eventually(lambda: sum(service.lanes().values()) == 1)
        with pytest.raises(StoreUnavailable, match="left while its query waited"):
            ask(service, CROSS, gone=lambda: True)
        assert isinstance(first.exception(), DeadlineExceeded)
