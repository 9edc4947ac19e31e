"""Tables of a page: a caption, heads with a scope, numbers to the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.markup import text


def table(caption: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Yield a table; cells are HTML already, the first of a row names it.

    A head that begins with # is that of a column of numbers.
    """
    numbers = tuple(one.startswith("#") for one in head)
    # Where it is wider than the page, it is moved by the keyboard too.
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{text(caption)}">'
    yield f"<table><caption>{text(caption)}</caption>\n<thead><tr>"
    yield "".join(_head(one) for one in head) + "</tr></thead>\n<tbody>\n"
    for first, *rest in rows:
        cells = "".join(
            f'<td class="n">{cell}</td>' if is_number else f"<td>{cell}</td>"
            for cell, is_number in zip(rest, numbers[1:], strict=True)
        )
        yield f'<tr><th scope="row">{first}</th>{cells}</tr>\n'
    yield "</tbody></table></div>\n"


def _head(name: str) -> str:
    kind = ' class="n"' if name.startswith("#") else ""
    return f'<th scope="col"{kind}>{text(name.removeprefix("#"))}</th>'
