"""The list of endpoints that a query may ask, and which addresses are let through."""

from ipaddress import ip_address

import pytest

from kg.errors import BadInput
from kg.services import is_public, read_services, unwrapped
from kg.settings import load


def test_the_list_is_read() -> None:
    found = read_services(
        "https://example.org/sparql, http://fuseki.lan:3030/ds 10.0.0.0/8 fd00::/8\nhttp://[::1]:80/q?a=1"
    )
    assert [*found] == ["https://example.org/sparql", "http://fuseki.lan:3030/ds", "http://[::1]:80/q?a=1"]
    first, second, third = found.values()
    assert (first.scheme, first.host, first.port, first.target, first.authority) == (
        "https",
        "example.org",
        443,
        "/sparql",
        "example.org",
    )
    assert second.authority == "fuseki.lan:3030"
    assert (third.target, third.authority) == ("/q?a=1", "[::1]")
    assert read_services(" \n ") == {}


@pytest.mark.parametrize(
    "entry",
    [
        "ftp://example.org/", "file:///etc/passwd", "example.org/sparql", "http:///sparql", "http://example.org:0/",
        "http://example.org:99999/", "http://example.org:80:80/", "http://user@example.org/", "http://a.org\\@b.org/",
        "http://example.org/#x", "http://münchen.de/", "http://example.org./", "http://-a.org/", "http://a..org/",
        "http://127.1/", "http://0x7f.0.0.1/", "http://0x7f000001/", "http://2130706433/", "http://0177.0.0.1/",
        "http://[fe80::1%25eth0]/", "http://[::1/", "http://exa%6dple.org/", 'http://a.org/"', "http://a.org/<b>",
        "http://a.org/sparql 10.0.0.1/8", "http://a.org/sparql private", "http://[v1.org]/", "http://a.org/ 10.0.0.0/8,http://a.org/",
    ],
)  # fmt: skip
def test_an_entry_that_could_be_read_in_two_ways_is_refused(entry: str) -> None:
    with pytest.raises(BadInput, match="setting services: expected"):
        read_services(entry)
    with pytest.raises(BadInput, match="setting services"):
        load({}, {"KG_SERVICES": f"https://example.org/sparql, {entry}"})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1",
        "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%2", "fec0::1", "fc00::1", "fd12::1",
        "ff02::1", "ff0e::1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1",
        "2001:db8::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "192.0.0.8", "192.0.0.192", "192.88.99.1", "168.63.129.16", "::ffff:192.0.0.192", "64:ff9b:1::a9fe:a9fe", "3fff::1", "5f00::1",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_kept_out(address: str) -> None:
    assert not is_public(unwrapped(ip_address(address)))
    assert not read_services("http://example.org/")["http://example.org/"].admits(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::808:808", "2001:4860:4860::8888"])
def test_a_public_address_is_let_through(address: str) -> None:
    assert read_services("http://example.org/")["http://example.org/"].admits(ip_address(address))


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ("http://127.0.0.1:8001/", "127.0.0.1", "127.0.0.2"),
        ("http://[::ffff:127.0.0.1]/", "127.0.0.1", "::1"),
        ("http://localhost/", "::1", "10.0.0.1"),
        ("http://10.0.0.7/", "::ffff:10.0.0.7", "10.0.0.8"),
        ("http://fuseki.lan/ 10.0.0.0/8", "10.255.0.1", "192.168.0.1"),
        ("http://localhost.example.org/", "8.8.8.8", "127.0.0.1"),
    ],
)
def test_other_addresses_only_where_the_list_names_them(entry: str, inside: str, outside: str) -> None:
    (service,) = read_services(entry).values()
    assert service.admits(ip_address(inside))
    assert not service.admits(ip_address(outside))
