"""Charts as inline SVG: bars and a timeline, drawn by us, each with its table beside it.

Sizes are units of the drawing, which is as wide as the page; colours are classes of its style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.markup import text

_WIDTH = 720
_ROW = 30
_LABEL = 232
_NUMBER = 80
_HEIGHT = 180
_FOOT = 34
_LONGEST = 34


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a bar: `kind` is a class of the style sheet."""

    kind: str
    value: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its label; its length is the sum of its parts."""

    label: str
    parts: tuple[Part, ...]

    @property
    def value(self) -> int:
        """The whole of it."""
        return sum(part.value for part in self.parts)


def bars(title: str, shown: Sequence[Bar]) -> str:
    """Return horizontal bars, the longest as wide as there is room."""
    most = max((bar.value for bar in shown), default=0) or 1
    room = _WIDTH - _LABEL - _NUMBER
    drawn = []
    for number, bar in enumerate(shown):
        y = number * _ROW
        label = bar.label if len(bar.label) <= _LONGEST else bar.label[: _LONGEST - 1] + "…"
        drawn.append(f'<text x="{_LABEL - 10}" y="{y + 20}" class="label">{text(label)}</text>')
        x = float(_LABEL)
        for part in bar.parts:
            width = max(1.5, room * part.value / most) if part.value else 0.0
            if width:
                drawn.append(_box(part.kind, x, y + 5, width, _ROW - 10))
            x += width
        drawn.append(f'<text x="{x + 8:.1f}" y="{y + 20}" class="count">{bar.value:,}</text>')
    return _drawing(title, _ROW * max(1, len(shown)), drawn)


def columns(title: str, shown: Sequence[Bar]) -> str:
    """Return upright columns side by side, for what happened over time."""
    most = max((bar.value for bar in shown), default=0) or 1
    step = _WIDTH / max(1, len(shown))
    drawn = [f'<path d="M0 {_HEIGHT}H{_WIDTH}" class="axis"/>']
    every = max(1, -(-len(shown) // 8))
    for number, bar in enumerate(shown):
        x, y = number * step, float(_HEIGHT)
        for part in bar.parts:
            height = max(1.5, (_HEIGHT - 22) * part.value / most) if part.value else 0.0
            y -= height
            if height:
                drawn.append(_box(part.kind, x + step * 0.1, y, min(step * 0.8, 90.0), height))
        if number % every == 0:
            at = f'x="{x + step * 0.1:.1f}" y="{_HEIGHT + 20}"'
            drawn.append(f'<text {at} class="tick">{text(bar.label)}</text>')
    drawn.append(f'<text x="0" y="12" class="tick">most: {most:,}</text>')
    return _drawing(title, _HEIGHT + _FOOT, drawn)


def _box(kind: str, x: float, y: float, width: float, height: float) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} class="{text(kind)}"/>'


def _drawing(title: str, height: int, drawn: list[str]) -> str:
    # The table beside it says the same in numbers, so a reader need not spell the drawing out.
    return (
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{text(title)}">'
        f"{''.join(drawn)}</svg>\n"
    )
