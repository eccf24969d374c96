import pytest

from kg.errors import BadInput, NotAcceptable
from kg.sparql.negotiate import GRAPHS, RESULTS, SHORT, Form, negotiate

JSON, XML = "application/sparql-results+json", "application/sparql-results+xml"
TTL, NT = "text/turtle", "application/n-triples"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

ACCEPTED = {
    "select, none": ("select", None, JSON),
    "select, empty": ("select", "", JSON),
    "select, anything": ("select", "*/*", JSON),
    "ask, anything": ("ask", "*/*", JSON),
    "construct, none": ("construct", None, TTL),
    "describe, anything": ("describe", "*/*", TTL),
    "browser": ("select", BROWSER, JSON),
    "browser, construct": ("construct", BROWSER, TTL),
    "exact": ("select", "text/csv", "text/csv"),
    "upper case": ("select", "TEXT/CSV", "text/csv"),
    "plain JSON": ("select", "application/json", "application/json"),
    "q-values": ("select", f"{XML};q=0.3, text/csv;q=0.9", "text/csv"),
    "named beats wildcard of equal quality": ("select", f"*/*, {XML}", XML),
    "wildcard of higher quality": ("select", f"*/*, {XML};q=0.5", JSON),
    "family": ("select", "text/*", "text/csv"),
    "family excludes": ("select", "text/csv;q=0, text/*", "text/tab-separated-values"),
    "default excluded": ("select", f"{JSON};q=0, */*", "application/json"),
    "specific lowers": ("select", f"{JSON};q=0.1, application/json;q=0.1, */*;q=0.5", XML),
    "ours first among equals": ("construct", f"{NT}, {TTL}", TTL),
    "parameters of a range": ("select", "text/csv; charset=utf-8; header=present", "text/csv"),
    "graph type asked of a select falls back": ("select", f"{TTL}, */*;q=0.1", JSON),
    "union of both kinds": ("construct", f"{JSON}, {NT};q=0.9, */*;q=0.1", NT),
    "unreadable quality is ignored": ("select", "text/csv;q=banana", JSON),
    "unreadable quality beside a good one": ("select", f"text/csv;q=banana, {XML}", XML),
    "quality not a number": ("select", f"text/csv;q=nan, {XML}", XML),
    "quality too high": ("select", f"text/csv;q=99999, {XML}", XML),
    "odd": ("select", 'text/html;q=banana;;;=,*/*;q=99999, application/json;q=nan;charset="\\', JSON),
    "separators only": ("select", ";;q=zz,,/", JSON),
    "lone star": ("select", "*", JSON),
    "4000 ranges after a good one": ("select", "text/csv," + "text/x;q=0.5," * 4000, "text/csv"),
}

REFUSED = {
    "image": ("select", "image/png"),
    "graph for a select": ("select", f"{TTL}, {NT}"),
    "results for a construct": ("construct", JSON),
    "plain text": ("construct", "text/plain"),
    "html only": ("select", "text/html"),
    "all excluded": ("select", "*/*;q=0"),
    "4000 ranges": ("ask", ",".join(f"text/x{i};q=0.{i % 10}" for i in range(4000))),
}


@pytest.mark.parametrize(("form", "accept", "expected"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_chooses_by_accept(form: Form, accept: str | None, expected: str) -> None:
    assert negotiate(form, accept, None).name == expected


@pytest.mark.parametrize(("form", "accept"), REFUSED.values(), ids=REFUSED.keys())
def test_says_what_is_offered(form: Form, accept: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        negotiate(form, accept, None)
    offers = RESULTS if form in ("select", "ask") else GRAPHS
    assert all(offer.name in str(caught.value) for offer in offers)


@pytest.mark.parametrize("short", SHORT)
def test_short_name_wins_over_accept(short: str) -> None:
    form: Form = "select" if SHORT[short] in {offer.name for offer in RESULTS} else "construct"
    assert negotiate(form, "image/png", short).name == SHORT[short]


def test_every_media_type_has_a_short_name_or_is_an_alias() -> None:
    assert {offer.name for offer in RESULTS + GRAPHS} - set(SHORT.values()) == {"application/json"}


@pytest.mark.parametrize("named", ["text/csv", "CSV", "Text/CSV"])
def test_format_by_media_type(named: str) -> None:
    assert negotiate("ask", None, named).name == "text/csv"


def test_format_whose_plus_sign_was_not_escaped() -> None:
    assert negotiate("ask", None, "application/sparql-results xml").name == XML


def test_format_of_the_other_kind() -> None:
    with pytest.raises(NotAcceptable, match="SELECT can be written as"):
        negotiate("select", None, "ttl")


@pytest.mark.parametrize("named", ["excel", "text/html", "json\r\nX-Evil: 1", "*/*"])
def test_unknown_format(named: str) -> None:
    with pytest.raises(BadInput, match="expected a format among json, xml") as caught:
        negotiate("select", None, named)
    assert not isinstance(caught.value, NotAcceptable)
    assert "\r" not in str(caught.value)


def test_header_carries_the_charset_where_the_type_has_one() -> None:
    assert negotiate("select", "text/csv", None).header == "text/csv; charset=utf-8"
    assert negotiate("select", None, None).header == JSON


@pytest.mark.parametrize(("short", "name"), [("json", "application/ld+json"), ("xml", "application/rdf+xml")])
def test_a_name_that_clients_use_for_both_kinds(short: str, name: str) -> None:
    assert negotiate("construct", None, short).name == negotiate("describe", None, short).name == name
    assert negotiate("select", None, short).name == SHORT[short]
