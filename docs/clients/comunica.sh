#!/usr/bin/env bash
# Comunica joins a file of notes with the record by SERVICE. Needs Node 18 or newer, and a server at 127.0.0.1:8000.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
tools=$(mktemp -d)
trap 'rm -r "$tools"' EXIT
npm install --silent --no-fund --no-audit --prefix "$tools" @comunica/query-sparql-file@4.3.0 >&2
"$tools/node_modules/.bin/comunica-sparql-file" "$here/notes.ttl" -f "$here/notes.rq" -t text/csv
