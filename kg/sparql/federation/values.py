"""SPARQL results as an inline table (`VALUES`, SPARQL 1.1, section 10.2). Only the relay imports this."""

from collections.abc import Collection

from pyoxigraph import BlankNode, QueryResultsFormat, QuerySolutions, Triple, Variable, parse_query_results

from kg.sparql.federation.fetch import Failed
from kg.sparql.federation.messages import BLANK

FORMATS = {"JSON": QueryResultsFormat.JSON, "XML": QueryResultsFormat.XML}


def table(body: bytes, syntax: str, wanted: Collection[str], blank: str) -> str:
    """The solutions as a group graph pattern, with the variables `wanted` only. Raises Failed.

    A blank node, which no query can name, is written as the IRI that begins with `blank`, and made blank again by the
    function BLANK; an endpoint's blank nodes are none of ours.
    """
    try:
        results = parse_query_results(body, format=FORMATS[syntax])
        if not isinstance(results, QuerySolutions):
            raise Failed("answered true or false where solutions were expected")
        return _pattern(results, wanted, blank)
    except (SyntaxError, ValueError, OSError) as error:
        raise Failed(f"answered with what are no SPARQL results: {str(error)[:200]}") from error


def _pattern(results: QuerySolutions, wanted: Collection[str], blank: str) -> str:
    variables = [variable for variable in results.variables if variable.value in wanted]
    blanks: set[str] = set()

    def written(variable: Variable, term: object) -> str:
        if term is None:
            return "UNDEF"
        if isinstance(term, Triple):
            raise Failed("answered with triple terms, which are not joined here")
        if isinstance(term, BlankNode):
            blanks.add(variable.value)
            return f"<{blank}{term.value}>"
        return str(term)

    rows = " ".join(f"({' '.join(written(v, solution[v]) for v in variables)})" for solution in results)
    return _made_blank([variable.value for variable in variables], blanks, rows)


def _made_blank(names: list[str], blanks: set[str], rows: str) -> str:
    """The table; where columns hold blank nodes, within a subquery that makes them so."""
    hidden = {name: name + "_" * (1 + max(map(len, names))) for name in blanks}
    columns = " ".join(f"?{hidden.get(name, name)}" for name in names)
    inner = f"{{ VALUES ({columns}) {{ {rows} }} }}"
    if not blanks:
        return inner
    shown = (f"(<{BLANK}>(?{hidden[name]}) AS ?{name})" if name in blanks else f"?{name}" for name in names)
    return f"{{ SELECT {' '.join(shown)} {inner} }}"
