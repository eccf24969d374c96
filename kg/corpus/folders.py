"""Where a corpus keeps what: the names of its files, and the folders of its articles."""

import os
from pathlib import Path

from kg.errors import Unreadable

TEXT, CLAIMS = "article.txt", "claims.yaml"  # in the folder of an article
ENTITIES, PERSPECTIVES = "entities.yaml", "perspectives.yaml"  # beside the folders


def articles_in(root: Path) -> tuple[Path, ...]:
    """The folders of a corpus that hold an article's text or its claims, sorted by name.

    Raises Unreadable when `root` is not a folder that can be read.
    """
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError as error:
        raise Unreadable(f"expected a folder of articles: {error.strerror}", str(root)) from None
    folders = (root / name for name in names)
    return tuple(path for path in folders if (path / CLAIMS).exists() or (path / TEXT).exists())
