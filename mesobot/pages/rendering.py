"""Makes a page from a template beside its module and the style that all pages share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_STYLE = "page.css"


def render(
    folder: Path,
    template: str,
    style: str,
    filters: Mapping[str, Callable[..., str]],
    **values: Any,
) -> str:
    """A page as HTML; every text in ``values`` is escaped.

    Args:
        folder: where template and style lie.
        template: its file; it may extend ``page.html.jinja``.
        style: file of what only this page looks like.
        filters: what the template can do with a value, by name.
        values: what the template shows.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader([folder, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(filters)
    sheets = (_HERE / _STYLE, folder / style)
    looks = Markup("").join(
        Markup(sheet.read_text(encoding="utf-8"))  # noqa: S704 - our own files
        for sheet in sheets
    )
    return environment.get_template(template).render(style=looks, **values)
