"""The Content Security Policy of pages: nothing from elsewhere, no script or style written into a page."""

import base64
import hashlib
from collections.abc import Iterable

_SELF = ("style-src", "img-src", "script-src", "connect-src", "form-action")
_REST = ("default-src 'none'", *(f"{name} 'self'" for name in _SELF), "base-uri 'none'", "frame-ancestors 'none'")


def policy(style_attributes: Iterable[str] = ()) -> str:
    """The policy (CSP Level 3); `style_attributes` are values of `style` that a page's library sets by markup."""
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in style_attributes
    ]
    more = [f"style-src-attr 'unsafe-hashes' {' '.join(hashes)}"] if hashes else []
    return "; ".join([*_REST, *more])
