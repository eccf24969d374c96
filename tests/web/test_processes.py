"""What happens to the processes: builds beside a running server, orderly ends, and kill -9 of each."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from kg.store.generations import Generations
from kg.store.recovery import problems
from kg.vocab import AT, RDF
from tests.conftest import CLAIMS, Project
from tests.live import CROSS, Server, environment, free_port, gone, serving

COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/attest/ontology#Statement> }"


def given(project: Project, **more: object) -> dict[str, object]:
    s = project.settings
    return {
        "articles": s.articles,
        "ontology": s.ontology,
        "shapes": s.shapes,
        "data": s.data,
        "query_seconds": 3,
        **more,
    }


def kg(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kg", *arguments]
    return subprocess.run(
        command, env=environment(**given(project)), cwd=project.root, capture_output=True, text=True, check=False
    )


def statements(server: Server) -> int:
    return int(server.rows(COUNT)[0]["n"])


def eventually(server: Server, expected: int) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if statements(server) == expected:
            return True
        time.sleep(0.1)
    return False


def test_a_running_server_follows_a_build_beside_it(project: Project) -> None:
    with serving(project.root, **given(project)) as server:
        assert statements(server) == 3
        project.write(CLAIMS[: CLAIMS.index("  denial:")])
        built = kg(project, "build")
        assert built.returncode == 0, built.stderr
        assert eventually(server, 2)


def test_without_articles_the_data_are_served_as_they_are(project: Project) -> None:
    assert kg(project, "build").returncode == 0
    with serving(project.root, **{**given(project), "articles": "none"}) as server:
        assert statements(server) == 3
        assert server.request("GET", "/ready").json["generation"] == 1


def test_a_build_with_mistakes_leaves_a_running_server_as_it_was(project: Project) -> None:
    with serving(project.root, **given(project)) as server:
        project.edit("quote: the guards used tear gas", "quote: the guards used nerve gas")
        project.edit("inRole: injured", "inRole: injurd")
        built = kg(project, "build")
        assert built.returncode == 1
        lines = built.stdout.splitlines()
        assert [line.split(": ")[1] for line in lines] == ["statement tear-gas", "statement denial"]
        assert all(line.startswith("articles/norwick/claims.yaml:") for line in lines)
        assert Generations(project.settings.data).current().number == 1  # type: ignore[union-attr]
        assert statements(server) == 3


def test_sigterm_lets_a_running_query_finish_and_leaves_nothing(project: Project) -> None:
    with serving(project.root, **given(project)) as server:
        tree = server.tree()
        assert len(tree) >= 4
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(15) == 0
        assert gone(tree[1:]) == []


@pytest.mark.parametrize("victim", ["parent", "front", "worker"])
def test_kill_9_of_each_process_leaves_nothing_running(project: Project, victim: str) -> None:
    with serving(project.root, **given(project)) as server:
        url = f"{server.url}/sparql?{urlencode({'query': CROSS})}"
        query = subprocess.Popen(
            [sys.executable, "-c", f"import urllib.request; urllib.request.urlopen({url!r})"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            time.sleep(0.6)
            tree, front = server.tree(), server.front
            target = {"parent": tree[0], "front": front}.get(victim) or busiest(server)
            target.kill()
            if victim == "worker":
                assert query.wait(10) != 0
                assert statements(server) == 3
            else:
                assert gone(tree) == []
        finally:
            query.kill()
            query.wait()
    assert problems(project.settings.data) == ()
    with serving(project.root, **given(project)) as again:
        assert statements(again) == 3


def busiest(server: Server) -> psutil.Process:
    return max(server.workers, key=lambda p: sum(p.cpu_times()[:2]))


def test_kill_9_of_the_writer_at_any_moment(project: Project) -> None:
    """Thirty builds are killed at random moments; each time the store is whole, as the journal tells."""
    rng = random.Random(7)
    assert kg(project, "build").returncode == 0
    for round_number in range(30):
        project.write(CLAIMS.replace("label: The crowd", f"label: The crowd {round_number}"))
        command = [sys.executable, "-m", "kg", "build"]
        env = environment(**given(project))
        writer = subprocess.Popen(
            command, env=env, cwd=project.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.3, 1.6))
        writer.kill()
        writer.wait()
        assert problems(project.settings.data) == (), f"after kill {round_number}"
        current = Generations(project.settings.data).current()
        assert current is not None
        with current.opened() as store:
            found = list(store.quads_for_pattern(None, RDF.type, AT.Statement))
        assert len(found) == 3
    assert kg(project, "build").returncode == 0
    leftovers = [p.name for p in (project.settings.data / "generations").iterdir() if not p.name.isdigit()]
    assert leftovers == []


def test_kill_9_of_a_server_that_still_builds(project: Project) -> None:
    command = [sys.executable, "-m", "kg", "serve", "--port", str(free_port())]
    server = subprocess.Popen(command, env=environment(**given(project)), cwd=project.root, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 20
    children: list[psutil.Process] = []
    while not children and time.monotonic() < end:
        children = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait()
    assert children
    assert gone(children, timeout=1) == []


def test_an_address_in_use_is_told(project: Project) -> None:
    with serving(project.root, **given(project)) as server:
        second = kg(project, "serve", "--port", str(server.port))
        assert second.returncode == 4
        assert f"cannot listen on 127.0.0.1:{server.port}" in second.stderr


def test_a_corpus_of_nothing_but_mistakes_is_not_served(project: Project) -> None:
    (project.root / "ontology" / "broken.ttl").write_text("@prefix a: <urn:a> .\na:b a:c [ .", "utf-8")
    served = kg(project, "serve")
    assert served.returncode == 3
    assert "broken.ttl:2:" in served.stderr


def test_the_example_that_kg_serve_prints_works(project: Project) -> None:
    with serving(project.root, **given(project)) as server:
        printed = server.log.read_text()
        start = printed.index("curl")
        command = printed[start : printed.index("Stop with")]
        answered = subprocess.run(
            ["/bin/sh", "-c", command],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={"PATH": os.environ["PATH"]},
        )
    assert answered.returncode == 0, answered.stderr
    assert answered.stdout.splitlines()[0] == "who,words"
    assert len(answered.stdout.splitlines()) == 4


def test_wsgi_entry(tmp_path: Path, project: Project) -> None:
    """`server:app` answers under any WSGI server; here werkzeug's, in a process of its own."""
    assert kg(project, "build").returncode == 0
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import server\n"
        "from werkzeug.test import Client\n"
        "answer = Client(server.app).get('/sparql', query_string={'query': 'ASK { ?s ?p ?o }'})\n"
        "print(answer.status_code, answer.json['boolean']); server.service.close(0)"
    )
    root = Path(__file__).resolve().parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", script, str(root)],
        env=environment(**given(project)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "200 True\n", ran.stderr
