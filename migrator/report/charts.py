"""Charts as inline SVG: bars and a timeline, drawn by us, each with its table beside it.

Lengths across are in percent of the drawing, so that a chart is as wide as its page while its words
keep their size, on a telephone too; heights are pixels. Colours are classes of the page's style.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrator.markup import text

_ROW = 46
_BAR = 14
_HEIGHT = 180
_FOOT = 30
_LONGEST = 36
_FEWEST_COLUMNS = 6
_TICKS = 6
_LEAST = 0.4
"""What is one in a million is as thin as this, and still seen."""


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
    """Return horizontal bars under their labels, the longest as wide as the page."""
    most = max((bar.value for bar in shown), default=0) or 1
    drawn = []
    for number, bar in enumerate(shown):
        y = number * _ROW
        label = bar.label if len(bar.label) <= _LONGEST else bar.label[: _LONGEST - 1] + "…"
        drawn.append(f'<text x="0" y="{y + 15}" class="label">{text(label)}</text>')
        drawn.append(f'<text x="100%" y="{y + 15}" class="count">{bar.value:,}</text>')
        drawn += _across(bar, most, y + 22)
    return _drawing(title, _ROW * max(1, len(shown)), drawn)


def share(title: str, bar: Bar) -> str:
    """Return one bar as wide as the page: what part of a whole each of its parts is."""
    return _drawing(title, _BAR, _across(bar, bar.value or 1, 0))


def _across(bar: Bar, most: int, y: int) -> list[str]:
    x, drawn = 0.0, []
    for part in bar.parts:
        width = max(_LEAST, 100 * part.value / most) if part.value else 0.0
        if width:
            at = f'x="{x:.2f}%" y="{y}" width="{width:.2f}%" height="{_BAR}"'
            drawn.append(_box(part.kind, at))
        x += width
    return drawn


def columns(title: str, shown: Sequence[Bar]) -> str:
    """Return upright columns side by side, for what happened over time."""
    most = max((bar.value for bar in shown), default=0) or 1
    step = 100 / max(_FEWEST_COLUMNS, len(shown))
    drawn = [f'<path d="M0 {_HEIGHT}H9999" class="axis"/>']
    every = max(1, -(-len(shown) // _TICKS))
    for number, bar in enumerate(shown):
        x, y = number * step, float(_HEIGHT)
        for part in bar.parts:
            height = max(1.5, (_HEIGHT - 22) * part.value / most) if part.value else 0.0
            y -= height
            if height:
                at = f'x="{x:.2f}%" y="{y:.1f}" width="{step * 0.8:.2f}%" height="{height:.1f}"'
                drawn.append(_box(part.kind, at))
        if number % every == 0:
            at = f'x="{x:.2f}%" y="{_HEIGHT + 20}"'
            # The style leaves out every second one where there is no room.
            kind = "tick odd" if number // every % 2 else "tick"
            drawn.append(f'<text {at} class="{kind}">{text(bar.label)}</text>')
    drawn.append(f'<text x="0" y="12" class="tick">most: {most:,}</text>')
    return _drawing(title, _HEIGHT + _FOOT, drawn)


def _box(kind: str, place: str) -> str:
    return f'<rect {place} class="{text(kind)}"/>'


def _drawing(title: str, height: int, drawn: list[str]) -> str:
    # The table beside it says the same in numbers, so a reader need not spell the drawing out.
    return (
        f'<svg width="100%" height="{height}" role="img" aria-label="{text(title)}">'
        f"{''.join(drawn)}</svg>\n"
    )
