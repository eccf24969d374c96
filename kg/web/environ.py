"""What of ours is in the WSGI environ."""

PATH = "attest.path"  # the request's path as it was sent
GONE = "attest.gone"  # a callable that tells whether the client has hung up
