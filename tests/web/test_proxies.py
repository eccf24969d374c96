"""Whose address counts: the client's, told by proxies that the settings trust, and by nobody else."""

from pathlib import Path

import pytest

from kg.errors import BadInput
from kg.settings import load, networks
from kg.web.clients import client_address, group
from tests.live import serving

TRUSTED = networks("10.0.0.0/8, 192.0.2.1, fd00::/8")


@pytest.mark.parametrize(
    ("remote", "forwarded", "expected"),
    [
        ("203.0.113.5", "", "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "1.1.1.1, 198.51.100.1, 192.0.2.1", "198.51.100.1"),
        ("10.1.1.1", "10.2.2.2, 10.3.3.3", "10.2.2.2"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.1.1.1", "198.51.100.1", "198.51.100.1"),
        ("10.1.1.1", "unknown", "10.1.1.1"),
        ("10.1.1.1", "198.51.100.1, evil<script>", "10.1.1.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy(remote: str, forwarded: str, expected: str) -> None:
    assert client_address(remote, forwarded, TRUSTED) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.5", "203.0.113.6", False),
        ("2001:db8::1", "2001:db8::ffff:1:2:3", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:203.0.113.5", "::ffff:203.0.113.6", False),
    ],
)
def test_an_ipv6_network_is_one_client(one: str, other: str, same: bool) -> None:
    assert (group(one) == group(other)) is same


def test_a_wrong_network_is_told_before_anything_starts() -> None:
    with pytest.raises(BadInput, match=r"setting trusted_proxies: expected addresses like 10\.0\.0\.0/8"):
        load({}, {"KG_TRUSTED_PROXIES": "10.0.0.0/8, proxy.local"})


def test_behind_a_trusted_proxy_addresses_are_those_of_the_outside(tmp_path: Path) -> None:
    data = tmp_path / "kg-data"
    with serving(tmp_path, data=data, trusted_proxies="127.0.0.0/8", client_seconds=0.001) as server:
        outside = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "attest.example", "X_Forwarded_Prefix": "/kg"}
        answer = server.request(
            "GET", "/sparql", Accept="application/n-triples", X_Forwarded_For="2001:db8::1", **outside
        )
        assert b"<https://attest.example/kg/sparql>" in answer.body
        moved = server.request("GET", "/id/badr-corps?x=1", Accept="text/turtle", **outside).headers
        assert (moved["location"], moved["link"]) == (
            "/kg/data/badr-corps.ttl",
            '</kg/data/badr-corps>; rel="describedby"',
        )
        links = server.request("GET", "/data/badr-corps", Accept="text/turtle", **outside).headers["link"]
        assert '</kg/data/badr-corps.jsonld>; rel="alternate"' in links
        assert '<https://attest.example/kg/data/badr-corps>; rel="original timegate"' in links
        assert "</data/" not in links
        text = "/sparql?query=SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Fp%20%3Fo%7D"
        statuses = [
            server.request("GET", f"{text}%23{place}", X_Forwarded_For=f"198.51.100.{n}").status
            for place, n in enumerate((1, 2, 1, 1, 3))
        ]
        assert statuses[:2] == [200, 200]
        assert 429 in statuses[2:4], "one client's budget is spent"
        assert statuses[4] == 200, "and not the proxy's"
