"""Draws SVG for a page; colours and sizes of text come from its style sheet."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup


def chart(title: str, width: float, height: float, parts: Iterable[Markup]) -> Markup:
    """A picture as wide as its place; ``title`` is what a screen reader says of it."""
    return Markup(
        '<svg class="chart" viewBox="0 0 {:g} {:g}" role="img"><title>{}</title>{}</svg>'
    ).format(width, height, title, Markup("").join(parts))


def strip(parts: Iterable[Markup]) -> Markup:
    """A bar across a table's cell, 100 wide and 16 high, beside figures that say the same."""
    return Markup(
        '<svg class="bar" viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>"
    ).format(Markup("").join(parts))


def box(
    style: str, x: float, y: float, width: float, height: float, *, radius: float = 0
) -> Markup:
    """A rectangle."""
    return Markup(
        '<rect class="{}" x="{:.2f}" y="{:.2f}" width="{:.2f}" height="{:.2f}" rx="{:g}"/>'
    ).format(style, x, y, width, height, radius)


def line(style: str, x: float, y: float, to_x: float, to_y: float) -> Markup:
    """A line from one point to another."""
    return Markup('<line class="{}" x1="{:.2f}" y1="{:.2f}" x2="{:.2f}" y2="{:.2f}"/>').format(
        style, x, y, to_x, to_y
    )


def label(text: str, x: float, y: float, anchor: str = "start", style: str = "") -> Markup:
    """A text; ``anchor`` is ``start``, ``middle`` or ``end``."""
    return Markup('<text class="{}" x="{:.2f}" y="{:.2f}" text-anchor="{}">{}</text>').format(
        style, x, y, anchor, text
    )
