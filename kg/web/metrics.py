"""`/metrics`: what a monitor reads, in Prometheus' text format."""

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, current_app, request
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from kg.sparql.service import QueryService
from kg.sparql.writes.service import WriteService
from kg.web.observe import Exchange

bp = Blueprint("metrics", __name__)
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


@bp.get("/metrics")
def metrics() -> Response:
    """The numbers now."""
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    body = encode(current_app.extensions["attest.metrics"].registry)
    response = Response(body, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    return response


class Metrics:
    """Counts exchanges, and reads the query service's own numbers when asked; a registry for each application."""

    def __init__(self, service: QueryService) -> None:
        self.registry = CollectorRegistry()
        self._counters: dict[tuple[str, str, int], tuple[Counter, Histogram, Counter]] = {}
        labels = ("method", "route", "status")
        self._requests = Counter("attest_http_requests", "Requests answered.", labels, registry=self.registry)
        self._seconds = Histogram(
            "attest_http_request_seconds", "Time to answer.", ("route",), buckets=BOUNDS, registry=self.registry
        )
        self._bytes = Counter("attest_http_sent_bytes", "Bytes of answers.", ("route",), registry=self.registry)
        self._cut = Counter(
            "attest_http_cut", "Answers that broke off or were not read.", ("route",), registry=self.registry
        )
        self.registry.register(_Service(service))
        ProcessCollector(registry=self.registry)

    def __call__(self, exchange: Exchange) -> None:
        """Count one exchange."""
        kind = exchange.method, exchange.route, exchange.status
        if (counters := self._counters.get(kind)) is None:  # looking each up anew costs more than counting
            counters = self._counters[kind] = (
                self._requests.labels(exchange.method, exchange.route, str(exchange.status)),
                self._seconds.labels(exchange.route),
                self._bytes.labels(exchange.route),
            )
        requests, seconds, sent = counters
        requests.inc()
        seconds.observe(exchange.seconds)
        sent.inc(exchange.bytes)
        if not exchange.whole:
            self._cut.labels(exchange.route).inc()

    def follow(self, writes: WriteService) -> None:
        """Read the write service's numbers too."""
        self.registry.register(_Writes(writes))

    def gauge(self, name: str, what: str, value: Callable[[], float]) -> None:
        """Add a number that is read when asked for."""
        self.registry.register(_Gauge(name, what, value))


class _Gauge(Collector):
    def __init__(self, name: str, what: str, value: Callable[[], float]) -> None:
        self._name, self._what, self._value = name, what, value

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(self._name, self._what, self._value())


class _Writes(Collector):
    def __init__(self, writes: WriteService) -> None:
        self._writes = writes

    def collect(self) -> Iterator[Metric]:
        ended = CounterMetricFamily("attest_writes", "Writes, by outcome.", labels=["outcome"])
        for outcome, number in self._writes.counters().items():
            ended.add_metric([outcome], number)
        yield ended
        yield GaugeMetricFamily("attest_writes_waiting", "Writes that wait for the writer.", self._writes.waiting())
        yield GaugeMetricFamily("attest_writer_up", "1 while there is a writer.", self._writes.failure() is None)


class _Service(Collector):
    def __init__(self, service: QueryService) -> None:
        self._service = service

    def collect(self) -> Iterator[Metric]:
        service, cached = self._service, self._service.cached()
        running = GaugeMetricFamily("attest_queries_running", "Queries that run, by lane.", labels=["lane"])
        for lane, number in service.lanes().items():
            running.add_metric([lane], number)
        ended = CounterMetricFamily("attest_queries_ended", "Queries whose worker ended, by reason.", labels=["reason"])
        for reason, number in service.counters().items():
            ended.add_metric([reason], number)
        federated = CounterMetricFamily("attest_services", "SERVICE patterns, by outcome.", labels=["outcome"])
        for outcome, number in service.federated().items():
            federated.add_metric([outcome], number)
        yield from (running, ended, federated)
        yield GaugeMetricFamily("attest_queries_waiting", "Queries that wait for a place.", service.waiting())
        yield GaugeMetricFamily("attest_generation", "The generation that is served.", service.generation() or 0)
        yield GaugeMetricFamily("attest_query_workers", "Query workers that live.", service.workers())
        yield CounterMetricFamily("attest_cache_hits", "Answers found in the cache.", cached.hits)
        yield CounterMetricFamily("attest_cache_misses", "Answers not found in the cache.", cached.misses)
        yield GaugeMetricFamily("attest_cache_bytes", "Bytes of the answers in the cache.", cached.bytes)
        yield CounterMetricFamily("attest_queries_merged", "Queries that shared an answer.", service.merged())
        yield CounterMetricFamily("attest_budget_refusals", "Queries of clients without budget.", service.refusals())
