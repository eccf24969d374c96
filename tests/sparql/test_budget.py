"""Budgets: the arithmetic of the bucket, by a clock of the test's own, and what the service makes of it."""

from pathlib import Path

import pytest

from kg.errors import BudgetSpent, DeadlineExceeded
from kg.sparql.answers import Reader
from kg.sparql.budget import Budgets
from kg.sparql.protocol import Query

from .support import CROSS, never, serving


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def refused(budgets: Budgets, client: str) -> int | None:
    try:
        budgets.check(client)
    except BudgetSpent as error:
        return error.retry_after
    return None


def test_a_client_who_spent_all_waits_and_nobody_else_does() -> None:
    clock = Clock()
    budgets = Budgets(60, clock)
    budgets.charge("a", 59.9)
    assert refused(budgets, "a") is None
    budgets.charge("a", 10.1)
    wait = refused(budgets, "a")
    assert wait is not None
    assert 10 < wait <= 12
    assert refused(budgets, "b") is None
    clock.now += wait
    assert refused(budgets, "a") is None
    assert budgets.refusals() == 1


def test_a_minute_of_rest_fills_the_bucket_and_no_more() -> None:
    clock = Clock()
    budgets = Budgets(30, clock)
    budgets.charge("a", 30)
    clock.now += 6000
    budgets.charge("a", 29)
    assert refused(budgets, "a") is None
    budgets.charge("a", 1.5)
    assert refused(budgets, "a") is not None


def test_a_sequential_client_never_meets_the_default() -> None:
    clock = Clock()
    budgets = Budgets(120, clock)
    for _ in range(1000):
        budgets.check("a")
        clock.now += 10
        budgets.charge("a", 10)


def test_the_service_charges_what_a_worker_was_taken_for(root: Path) -> None:
    with serving(root, client_seconds=1, query_seconds=1.5) as service:
        with pytest.raises(DeadlineExceeded):
            service.answer(Query(CROSS), None, never, reader=Reader("a"))
        with pytest.raises(BudgetSpent, match="1 s of processing time") as caught:
            service.answer(Query("SELECT * {?s ?p ?o} LIMIT 1"), None, never, reader=Reader("a"))
        assert caught.value.retry_after >= 1
        assert service.refusals() == 1
        for client in ("b", ""):
            service.answer(Query("SELECT * {?s ?p ?o} LIMIT 1"), None, never, reader=Reader(client)).chunks.close()


def test_what_is_kept_costs_nothing(root: Path) -> None:
    with serving(root, client_seconds=1, query_seconds=1.5) as service:
        small = Query("SELECT * {?s ?p ?o} ORDER BY ?s LIMIT 1")
        service.answer(small, None, never).chunks.close()
        with pytest.raises(DeadlineExceeded):
            service.answer(Query(CROSS), None, never, reader=Reader("a"))
        assert b"".join(service.answer(small, None, never, reader=Reader("a")).chunks)
