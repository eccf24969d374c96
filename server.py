"""The WSGI entry, for any WSGI server: `gunicorn server:app`. `kg serve` is the way to run it without one.

Settings come from `KG_*` and `kg.toml`. The data must have been built (`kg build`). Under plain WSGI a client that
hangs up is not noticed before its query's deadline, and how a failed stream ends is up to the server.
"""

from kg.settings import load
from kg.sparql.service import QueryService
from kg.web.app import create_app

settings = load({})
service = QueryService(settings)
service.start()
app = create_app(settings, service)
