"""Where the data files are: in the checkout first, then in the installed package."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def find(name: str) -> Path:
    """The folder `ontology`, `shapes`, `findings`, `queries` or `articles`.

    Raises FileNotFoundError when neither the checkout nor the package holds it.
    """
    for root in (PACKAGE.parent, PACKAGE / "_data"):
        if (root / name).is_dir() and (root != PACKAGE.parent or (root / "pyproject.toml").is_file()):
            return root / name
    raise FileNotFoundError(f"no folder {name!r} beside {PACKAGE} or inside it: the installation is incomplete")
