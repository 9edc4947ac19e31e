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
body { margin: 0 auto; max-width: 62rem; padding: 3.5rem 1.5rem 4rem; background: var(--ground);
  color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: break-word; }
h1, h2, h3, p, li, th, td { unicode-bidi: plaintext; }
h1 { font-size: clamp(1.9rem, 5vw, 2.6rem); line-height: 1.15; letter-spacing: -.02em; margin: 0;
  text-wrap: balance; }
h2 { font-size: 1.5rem; line-height: 1.25; letter-spacing: -.01em; margin: 4rem 0 .5rem;
  padding-top: 1rem; border-top: 3px solid var(--text); }
h2 + p { margin-top: 0; }
h3 { font-size: 1.125rem; margin: 2.5rem 0 .4rem; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: .25rem; }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; background: var(--panel);
  padding: .1em .35em; border-radius: .3em; white-space: nowrap; }
.soft, small { color: var(--soft); }
.lead { font-size: 1.1rem; color: var(--soft); margin: .6rem 0 0; }
.headline { font-size: 1.35rem; font-weight: 600; margin: 2.25rem 0 .75rem; }
.headline span { font-weight: 400; color: var(--soft); }
.share { border-radius: .5rem; overflow: hidden; background: var(--panel); }
nav ul { list-style: none; padding: 0; margin: 2rem 0 0; display: flex; flex-wrap: wrap;
  gap: .5rem; }
nav a { display: block; padding: .35rem .85rem; border: 1px solid var(--line);
  border-radius: 999px; text-decoration: none; }
nav a:hover { border-color: var(--link); }
.figures { display: grid; gap: 1rem; margin: 1rem 0 0; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(min(11rem, 40%), 1fr)); }
.figures li { background: var(--panel); border-radius: .75rem; padding: 1rem 1.1rem;
  border-top: 4px solid var(--rest); }
.figures strong { display: block; font-size: 1.9rem; line-height: 1.15; letter-spacing: -.02em;
  font-variant-numeric: tabular-nums; }
.figures .good { border-color: var(--good); } .figures .ready { border-color: var(--ready); }
.figures .wait { border-color: var(--wait); } .figures .stop { border-color: var(--stop); }
.figures span { color: var(--soft); }
figure { margin: 1rem 0 1.5rem; }
svg { display: block; overflow: hidden; font: .875rem system-ui, sans-serif; }
svg text { fill: var(--text); }
svg .count { text-anchor: end; font-weight: 600; font-variant-numeric: tabular-nums; }
svg .tick { fill: var(--soft); } svg .axis { stroke: var(--line); fill: none; }
svg .good { fill: var(--good); } svg .ready { fill: var(--ready); } svg .wait { fill: var(--wait); }
svg .stop { fill: var(--stop); } svg .rest { fill: var(--rest); }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0;
  margin: .5rem 0; color: var(--soft); font-size: .9375rem; }
.key li::before { content: ""; display: inline-block; width: .8em; height: .8em;
  border-radius: .2em; margin-right: .45em; background: var(--rest); }
.key .good::before { background: var(--good); } .key .ready::before { background: var(--ready); }
.key .wait::before { background: var(--wait); } .key .stop::before { background: var(--stop); }
.scroll { overflow-x: auto; margin: .5rem 0 1.5rem; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); font-size: .9375rem; padding-bottom: .4rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem 1rem .5rem 0;
  border-bottom: 1px solid var(--line); }
tr > :last-child { padding-right: 0; }
th { font-weight: 600; } th[scope=row] { min-width: 8.5rem; }
@media (min-width: 40rem) { th[scope=row]:has(p) { min-width: 17rem; } }
th p { font-weight: 400; font-size: .9375rem; color: var(--soft); margin: .15rem 0 0;
  max-width: 30rem; overflow-wrap: anywhere; }
.scroll td:not(.n) { min-width: 11rem; }
thead th { color: var(--soft); font-size: .875rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.day { white-space: nowrap; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
tbody.who th { padding-top: 1.5rem; font-size: 1.0625rem; overflow-wrap: anywhere; }
.roll table { table-layout: fixed; }
.roll thead :nth-child(1) { width: 36%; } .roll thead :nth-child(3) { width: 7.5rem; }
.roll td { overflow-wrap: anywhere; }
.sum { font-weight: 600; background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; }
.roll ~ .roll { content-visibility: auto; contain-intrinsic-size: auto 4000px; }
footer { margin-top: 4rem; border-top: 1px solid var(--line); padding-top: 1rem; }
@media screen and (max-width: 40rem) {
  body { padding: 2rem 1rem 3rem; }
  .figures { gap: .6rem; } .figures li { padding: .8rem .9rem; }
  .figures strong { font-size: 1.6rem; }
  .odd { display: none; }
  th, td { padding-right: .75rem; } .scroll td:not(.n) { min-width: 9.5rem; }
  .roll thead { position: absolute; clip-path: inset(50%); }
  .roll table, .roll tbody { display: block; }
  .roll tr { display: flex; flex-wrap: wrap; column-gap: .75rem; padding: .5rem 0;
    border-bottom: 1px solid var(--line); }
  .roll th, .roll td { border: 0; padding: 0; color: var(--soft); }
  .roll th { flex: 0 0 100%; color: var(--text); } tbody.who th { padding-top: 1rem; }
  .roll td:first-child { flex: 0 0 100%; font-weight: 600; color: var(--text); }
  .roll td:last-child { flex: 0 0 100%; }
}
@media print {
  @page { margin: 14mm; }
  html { font-size: 9.5pt; } body { max-width: none; padding: 0; }
  nav { display: none; }
  .roll ~ .roll { content-visibility: visible; }
  h2 { margin-top: 1.5rem; } h3 { margin-top: 1rem; }
  h2, h3, .key, caption, .headline { break-after: avoid; }
  tr, figure, .figures li { break-inside: avoid; }
  .scroll { overflow: visible; } code { padding: 0; }
  svg rect, .key li::before { print-color-adjust: exact; }
}
"""
_LETTER_RULES = """
* { box-sizing: border-box; }
body { margin: 0; padding: 3rem 1rem; background: var(--panel); color: var(--text);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; }
main { max-width: 44rem; margin: 0 auto; padding: 3.5rem clamp(1.25rem, 8vw, 4.5rem) 4rem;
  background: var(--ground); border: 1px solid var(--line); border-top: 5px solid var(--link);
  border-radius: .4rem; }
h1 { font-size: 1.75rem; line-height: 1.25; letter-spacing: -.015em; margin: .35rem 0 2rem;
  text-wrap: balance; }
h1 { unicode-bidi: plaintext; }
p { margin: 1.1rem 0; } .to { color: var(--soft); margin: 0; }
ul { list-style: none; margin: 1rem 0 1.75rem; padding: 0; }
li { padding: .6rem 0; border-top: 1px solid var(--line); }
li:last-child { border-bottom: 1px solid var(--line); }
li > bdi:first-of-type { font-weight: 600; }
code { font: .9em ui-monospace, Menlo, Consolas, monospace; background: var(--panel);
  padding: .1em .35em; border-radius: .3em; white-space: nowrap; }
@media (max-width: 40rem) {
  body { padding: 0; } main { border-width: 5px 0 0; padding-top: 2rem; }
}
@media print {
  @page { margin: 22mm; }
  html { font-size: 10.5pt; }
  body, main { background: none; padding: 0; border: 0; max-width: none; }
  li { break-inside: avoid; }
}
"""
_GROUNDS = (
    f":root {{ color-scheme: light dark; {_declared(COLOURS['light'])} }}\n"
    "@media screen and (prefers-color-scheme: dark) {"
    f" :root {{ {_declared(COLOURS['dark'])} }} }}\n"
)
STYLE = f"{_GROUNDS}{_RULES}"
"""The style sheet of a report."""
LETTER_STYLE = f"{_GROUNDS}{_LETTER_RULES}"
"""The style sheet of a letter: one sheet of paper."""
