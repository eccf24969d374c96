#!/usr/bin/env bash
# Apache Jena Fuseki, with a file of notes in it, joins them with the record by SERVICE. Needs Java 17 or newer, Maven, curl,
# and a server at 127.0.0.1:8000.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
port=${1:-3030}
tools=$(mktemp -d)
mvn -q dependency:copy -Dartifact=org.apache.jena:jena-fuseki-server:5.2.0 "-DoutputDirectory=$tools" >&2
(cd "$tools" && exec java -jar jena-fuseki-server-5.2.0.jar --localhost --port "$port" --file "$here/notes.ttl" /notes) >&2 &
fuseki=$!
trap 'kill $fuseki; wait $fuseki || true; rm -r "$tools"' EXIT
curl --silent --retry 60 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$port/\$/ping" >&2
curl --silent --show-error --fail "http://127.0.0.1:$port/notes/sparql" -H 'Accept: text/csv' --data-urlencode "query@$here/notes.rq"
