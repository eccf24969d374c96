"""A relay that may read hardly any file has its memory limited all the same."""

import psutil

from kg.sparql import frames
from kg.sparql.federation.messages import Errand
from kg.sparql.process import Process
from tests.live import free_port


def test_the_memory_of_a_relay_is_limited_once_it_has_an_errand() -> None:
    nobody = f"http://127.0.0.1:{free_port()}/sparql"
    relay = Process("kg.sparql.federation.relay", "")
    try:
        frames.send(relay.jobs, frames.JOB, Errand(nobody, nobody, "ASK {}", (), "urn:b", 0, 1 << 20, 5.0).encode())
        (answer,) = relay.receive(20) or ()
        assert answer.kind == frames.FAILURE
        assert psutil.Process(relay.pid).rlimit(psutil.RLIMIT_AS)[0] < 2 << 30
    finally:
        relay.kill()
        relay.wait()
