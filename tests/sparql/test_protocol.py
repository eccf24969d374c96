import pytest

from kg.errors import BadInput, ContentTooLarge, MethodNotAllowed, TooComplex, UnsupportedMediaType
from kg.sparql.protocol import DIRECT, FORM, Query, read_query

VALID = {
    "get": ("GET", "", b"query=ASK%20%7B%7D", b"", Query("ASK {}")),
    "head": ("HEAD", "", b"query=ASK%7B%7D", b"", Query("ASK{}")),
    "get, query string as WSGI gives it": ("GET", "", "query=%C3%A9", b"", Query("é")),
    "get, raw UTF-8 as WSGI gives it": ("GET", "", "query=Ã©", b"", Query("é")),
    "get ignores a content type": ("GET", "text/plain", b"query=ASK%7B%7D", b"", Query("ASK{}")),
    "plus is a space": ("GET", "", b"query=ASK+%7B1%2B1%7D", b"", Query("ASK {1+1}")),
    "decoded once": ("GET", "", b"query=%3Ca%2520b%3E", b"", Query("<a%20b>")),
    "a per cent sign that escapes nothing": ("GET", "", b"query=100%+%zz", b"", Query("100% %zz")),
    "empty query is one query": ("GET", "", b"query=", b"", Query("")),
    "unknown parameters": ("GET", "", b"a=1&query=ASK%7B%7D&callback=f&&=", b"", Query("ASK{}")),
    "datasets in order, once each": (
        "GET",
        "",
        b"query=q&default-graph-uri=urn:b&default-graph-uri=urn:a&default-graph-uri=urn:b&named-graph-uri=urn:c",
        b"",
        Query("q", ("urn:b", "urn:a"), ("urn:c",)),
    ),
    "format": ("GET", "", b"query=q&format=csv", b"", Query("q", format="csv")),
    "output": ("GET", "", b"query=q&output=csv", b"", Query("q", format="csv")),
    "empty format": ("GET", "", b"query=q&format=", b"", Query("q")),
    "timeout": ("GET", "", b"query=q&timeout=1.5", b"", Query("q", timeout=1.5)),
    "form": ("POST", FORM, b"", b"query=ASK+%7B%7D&format=xml", Query("ASK {}", format="xml")),
    "form, upper case, charset": ("POST", FORM.upper() + ';Charset="UTF-8"', b"", b"query=q", Query("q")),
    "form, dataset in the address": ("POST", FORM, b"named-graph-uri=urn:a", b"query=q", Query("q", (), ("urn:a",))),
    "direct": ("POST", DIRECT, b"", "ASK {'é+%2B'}".encode(), Query("ASK {'é+%2B'}")),
    "direct, dataset in the address": ("POST", DIRECT, b"default-graph-uri=urn:a", b"q", Query("q", ("urn:a",))),
    "direct, ASCII": ("POST", DIRECT + "; charset=us-ascii", b"", b"q", Query("q")),
    "direct, byte order mark": ("POST", DIRECT, b"", b"\xef\xbb\xbfASK {}", Query("ASK {}")),
    "direct, empty": ("POST", DIRECT, b"", b"", Query("")),
}

INVALID = {
    "no query": ("GET", "", b"", b"", BadInput, "expected exactly one 'query' parameter, got 0"),
    "query misspelt": ("GET", "", b"Query=q", b"", BadInput, "got 0"),
    "two queries": ("GET", "", b"query=a&query=a", b"", BadInput, "got 2"),
    "update": ("GET", "", b"query=a&update=b", b"", BadInput, "'update' parameter"),
    "update alone": ("POST", FORM, b"", b"update=b", BadInput, "'update' parameter"),
    "update in the address": ("POST", DIRECT, b"update=b", b"q", BadInput, "'update' parameter"),
    "escaped bytes that are not UTF-8": ("GET", "", b"query=%FF", b"", BadInput, "byte 0xFF at byte 1"),
    "escaped surrogate": ("GET", "", b"query=%ED%A0%80", b"", BadInput, "UTF-8"),
    "overlong": ("GET", "", b"query=%C0%AF", b"", BadInput, "UTF-8"),
    "bad bytes in an unknown parameter": ("GET", "", b"query=q&x=%FF", b"", BadInput, "UTF-8"),
    "direct, not UTF-8": ("POST", DIRECT, b"", b"ASK \xff", BadInput, "byte 0xFF at byte 5"),
    "direct, UTF-16": ("POST", DIRECT, b"", "ASK {}".encode("utf-16"), BadInput, "UTF-8"),
    "form, two queries": ("POST", FORM, b"", b"query=a&query=b", BadInput, "got 2"),
    "form, none": ("POST", FORM, b"", b"", BadInput, "got 0"),
    "form, query in the address": ("POST", FORM, b"query=a", b"", BadInput, "in the address"),
    "direct, query in the address": ("POST", DIRECT, b"query=a", b"b", BadInput, "in the address"),
    "no content type": ("POST", "", b"", b"q", UnsupportedMediaType, "found ''"),
    "plain text": ("POST", "text/plain", b"", b"q", UnsupportedMediaType, "text/plain"),
    "update body": ("POST", "application/sparql-update", b"", b"q", UnsupportedMediaType, "sparql-update"),
    "multipart": ("POST", "multipart/form-data; boundary=x", b"", b"", UnsupportedMediaType, "multipart"),
    "charset": ("POST", DIRECT + "; charset=utf-16", b"", b"q", UnsupportedMediaType, "utf-16"),
    "form charset": ("POST", FORM + "; charset=latin-1", b"", b"query=q", UnsupportedMediaType, "latin-1"),
    "unknown charset": ("POST", DIRECT + "; charset=unknown-8bit", b"", b"q", UnsupportedMediaType, "unknown-8bit"),
    "two charsets": ("POST", DIRECT + '; charset=utf-7; charset="rot13"', b"", b"q", UnsupportedMediaType, "rot13"),
    "put": ("PUT", DIRECT, b"", b"q", MethodNotAllowed, "PUT"),
    "delete": ("DELETE", "", b"query=q", b"", MethodNotAllowed, "DELETE"),
    "lower case": ("get", "", b"query=q", b"", MethodNotAllowed, "get"),
    "200,000 fields": ("POST", FORM, b"", b"a=1&" * 200_000, ContentTooLarge, "200001"),
    "many graphs": ("GET", "", b"query=q" + b"".join(b"&default-graph-uri=urn:%d" % i for i in range(200)), b"",
                    TooComplex, "200"),
    "timeout is no number": ("GET", "", b"query=q&timeout=soon", b"", BadInput, "'soon'"),
    "timeout is nan": ("GET", "", b"query=q&timeout=nan", b"", BadInput, "seconds"),
    "timeout is zero": ("GET", "", b"query=q&timeout=0", b"", BadInput, "seconds"),
    "timeout is infinite": ("GET", "", b"query=q&timeout=inf", b"", BadInput, "seconds"),
}  # fmt: skip


@pytest.mark.parametrize("case", VALID.values(), ids=VALID.keys())
def test_reads(case: tuple[str, str, bytes | str, bytes, Query]) -> None:
    *request, expected = case
    assert read_query(*request) == expected


@pytest.mark.parametrize("case", INVALID.values(), ids=INVALID.keys())
def test_refuses(case: tuple[str, str, bytes, bytes, type[BadInput], str]) -> None:
    *request, error, words = case
    with pytest.raises(error) as caught:
        read_query(*request)
    assert type(caught.value) is error
    assert words in str(caught.value)


def test_a_wrong_method_is_told_the_right_ones() -> None:
    with pytest.raises(MethodNotAllowed) as caught:
        read_query("PATCH", "", b"", b"")
    assert caught.value.allow == ("GET", "HEAD", "POST", "OPTIONS")


@pytest.mark.parametrize(
    ("query", "named"),
    [(Query("q"), False), (Query("q", ("urn:a",)), True), (Query("q", (), ("urn:a",)), True)],
    ids=["none", "default graph", "named graph"],
)
def test_says_whether_the_request_names_a_dataset(query: Query, named: bool) -> None:
    assert query.names_dataset is named
