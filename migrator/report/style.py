"""How a report looks: light, dark, narrow and on paper."""

from __future__ import annotations

# Text on its ground has a contrast of 4.5 or more, a bar of 3 or more (WCAG 2.2 AA), as tests show.
COLOURS = {
    "light": {
        "ground": "#ffffff",
        "panel": "#f5f6f8",
        "text": "#1d2129",
        "soft": "#545c69",
        "line": "#d9dde4",
        "link": "#1a55a8",
        "good": "#1f7a4d",
        "ready": "#2b6cb8",
        "wait": "#a86508",
        "stop": "#b3323d",
        "rest": "#79808c",
    },
    "dark": {
        "ground": "#15181d",
        "panel": "#1e2229",
        "text": "#eceff4",
        "soft": "#a9b1be",
        "line": "#343a45",
        "link": "#8cbcf5",
        "good": "#4fb985",
        "ready": "#5e9be0",
        "wait": "#dba04a",
        "stop": "#ea7d86",
        "rest": "#8f97a5",
    },
}
KINDS = {
    "done": "good",
    "already_there": "good",
    "awarded_anew": "good",
    "planned": "ready",
    "sending": "ready",
    "waiting": "wait",
    "held": "wait",
    "refused": "stop",
    "deleted_there": "wait",
    "not_planned": "rest",
}
"""The colour of each state; its name always stands beside it, for who sees no colours."""


def _declared(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


_RULES = """
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 2.5rem 1.5rem 4rem; background: var(--ground);
  color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: clamp(1.9rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: 0; }
h2 { font-size: 1.5rem; letter-spacing: -.01em; margin: 3.5rem 0 .5rem; padding-top: .75rem;
  border-top: 3px solid var(--text); }
h3 { font-size: 1.1rem; margin: 2rem 0 .4rem; }
a { color: var(--link); } a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.soft, small { color: var(--soft); } .lead { font-size: 1.15rem; color: var(--soft); }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.figures { display: grid; gap: 1rem; margin: 1.75rem 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(min(11rem, 40%), 1fr)); }
.figures li { background: var(--panel); border-radius: .75rem; padding: 1rem 1.1rem;
  border-top: 4px solid var(--rest); }
.figures strong { display: block; font-size: 1.9rem; line-height: 1.15; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; }
.figures .good { border-color: var(--good); } .figures .ready { border-color: var(--ready); }
.figures .wait { border-color: var(--wait); } .figures .stop { border-color: var(--stop); }
.figures span { color: var(--soft); }
figure { margin: 1rem 0 1.5rem; overflow-x: auto; }
figcaption { color: var(--soft); margin-bottom: .5rem; }
svg { width: 100%; min-width: 36rem; height: auto; display: block;
  font: 13.5px system-ui, sans-serif; }
svg text { fill: var(--text); } svg .label { text-anchor: end; }
svg .count, svg .tick { fill: var(--soft); } svg .axis { stroke: var(--line); fill: none; }
svg .good { fill: var(--good); } svg .ready { fill: var(--ready); } svg .wait { fill: var(--wait); }
svg .stop { fill: var(--stop); } svg .rest { fill: var(--rest); }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0;
  margin: .5rem 0; }
.key li::before { content: ""; display: inline-block; width: .8em; height: .8em;
  border-radius: .2em; margin-right: .45em; background: var(--rest); }
.key .good::before { background: var(--good); } .key .ready::before { background: var(--ready); }
.key .wait::before { background: var(--wait); } .key .stop::before { background: var(--stop); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0;
  border-bottom: 1px solid var(--line); }
th { font-weight: 600; } th[scope=row] { min-width: 8.5rem; }
.scroll td:not(.n) { min-width: 11rem; }
thead th { color: var(--soft); font-size: .9rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.day { white-space: nowrap; }
tbody.who th { padding-top: 1.1rem; }
.sum { font-weight: 600; background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; }
.roll { content-visibility: auto; contain-intrinsic-size: auto 1500px; }
@media (max-width: 40rem) { body { padding: 1.5rem 1rem 3rem; } }
@media print {
  @page { margin: 14mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav { display: none; }
  .roll { content-visibility: visible; }
  h2, h3, figcaption, caption { break-after: avoid; }
  tr, figure, .figures li { break-inside: avoid; }
  svg rect, .key li::before { print-color-adjust: exact; }
}
"""
STYLE = (
    f":root {{ color-scheme: light dark; {_declared(COLOURS['light'])} }}\n"
    "@media screen and (prefers-color-scheme: dark) {"
    f" :root {{ {_declared(COLOURS['dark'])} }} }}\n"
)
"""The style sheet of a report."""
