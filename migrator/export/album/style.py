"""How an album looks: light, dark, narrow and on paper."""

from __future__ import annotations

# Every pair of text and ground has a contrast of 4.5 or more (WCAG 2.2 AA); tests compute it.
COLOURS = {
    "light": {
        "ground": "#faf7f2",
        "card": "#ffffff",
        "text": "#221f1b",
        "soft": "#635c52",
        "line": "#e2dbcf",
        "link": "#8a3b12",
        "verified": "#175c39",
        "verified-ground": "#e3f3e8",
        "remembered": "#7a4a08",
        "remembered-ground": "#fbefd8",
        "kept": "#3c4a63",
        "kept-ground": "#e8ecf4",
        "withdrawn": "#8c2330",
        "withdrawn-ground": "#fbe6e6",
    },
    "dark": {
        "ground": "#191714",
        "card": "#24211d",
        "text": "#f3eee6",
        "soft": "#b8afa2",
        "line": "#3b362f",
        "link": "#f0a878",
        "verified": "#8fdcaf",
        "verified-ground": "#173325",
        "remembered": "#f0c27a",
        "remembered-ground": "#3a2b12",
        "kept": "#b9c7e6",
        "kept-ground": "#252d3d",
        "withdrawn": "#f3a5a5",
        "withdrawn-ground": "#421f22",
    },
}


def _declared(colours: dict[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


_RULES = """
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere; }
body > main, body > header, body > footer, body > nav { width: min(66rem, 100% - 3rem);
  margin: 0 auto; }
h1, h2, h3, h4, p, li, dd { unicode-bidi: plaintext; }
h1, h2, .story h3, .story .soft, .one article > p { text-align: left; }
h1, h2, .initial { font-family: Georgia, "Iowan Old Style", "Noto Serif", serif;
  font-weight: 600; line-height: 1.2; letter-spacing: -.01em; }
h1 { font-size: clamp(2rem, 6vw, 3.5rem); margin: 0; text-wrap: balance; }
h2 { font-size: 1.6rem; margin: 3.5rem 0 1rem; }
h3, h4 { font-size: 1.0625rem; line-height: 1.35; margin: 0; }
p { margin: .5rem 0; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 3px; border-radius: 4px; }
.soft { color: var(--soft); }
.top { padding: 4.5rem 0 2rem; border-bottom: 1px solid var(--line); }
.top p { font-size: 1.2rem; color: var(--soft); margin: .75rem 0 0; }
.top + main h2:first-child { margin-top: 2.5rem; }
.empty { border: 2px dashed var(--line); border-radius: 1rem; padding: 3rem 1.5rem;
  text-align: center; color: var(--soft); }
.years ul { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem 1.1rem; margin: 0;
  padding: 0; }
.year { font: 600 1.3rem/1.2 Georgia, "Iowan Old Style", "Noto Serif", serif;
  margin: 2.25rem 0 1rem; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; }
.standings { list-style: none; display: flex; flex-wrap: wrap; gap: .5rem; padding: 0;
  margin: 1.25rem 0 0; }
.badges { list-style: none; margin: 0; padding: 0; display: grid; gap: 1.25rem;
  grid-template-columns: repeat(auto-fill, minmax(13.5rem, 1fr)); }
.card { position: relative; height: 100%; background: var(--card); border-radius: 1rem;
  border: 1px solid var(--line); padding: 1.5rem 1.25rem 1.25rem; display: flex;
  flex-direction: column; align-items: center; text-align: center; gap: .3rem; }
.card > * { max-width: 100%; }
@media screen {
  /* The whole of a long name is on the badge's own page. */
  .card :is(h3, h4), .card .issuer { display: -webkit-box; -webkit-box-orient: vertical;
    overflow: hidden; -webkit-line-clamp: 4; hyphens: auto; text-wrap: balance; }
  .card .issuer { -webkit-line-clamp: 2; }
}
@media screen { .card { box-shadow: 0 1px 2px #0001, 0 6px 20px #0000000d; } }
.card :is(h3, h4) a { color: inherit; text-decoration: none; }
.card :is(h3, h4) a::after { content: ""; position: absolute; inset: 0; border-radius: 1rem; }
.card:hover { border-color: var(--link); transform: translateY(-2px); }
@media (prefers-reduced-motion: no-preference) { .card { transition: transform .15s; } }
.card :is(h3, h4) a:focus-visible { outline: none; }
.card:focus-within { outline: 3px solid var(--link); outline-offset: 3px; }
.card p { margin: 0; font-size: .9375rem; color: var(--soft); }
.card p:last-of-type { margin-bottom: .6rem; } .card .standing { margin-top: auto; }
.picture { width: 9rem; height: 9rem; object-fit: contain; margin-bottom: .8rem; }
.initial { display: grid; place-items: center; width: 9rem; height: 9rem; border-radius: 50%;
  background: var(--kept-ground); color: var(--kept); font-size: 3.25rem; margin-bottom: .8rem;
  border: .5rem double var(--card); box-shadow: 0 0 0 2px var(--kept-ground); }
.standing { display: inline-flex; align-items: center; gap: .4em; padding: .15rem .7rem;
  border-radius: 999px; font-size: .875rem; font-weight: 600; }
.verified { color: var(--verified); background: var(--verified-ground); }
.remembered { color: var(--remembered); background: var(--remembered-ground); }
.kept { color: var(--kept); background: var(--kept-ground); }
.withdrawn { color: var(--withdrawn); background: var(--withdrawn-ground); }
.stories { list-style: none; margin: 1.25rem 0 1rem; padding: 0; display: grid; gap: 1.25rem;
  grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); }
.story { display: grid; grid-template-columns: 5.5rem 1fr; gap: 0 1.25rem; align-items: start;
  background: var(--card); border: 1px solid var(--line); border-radius: 1rem;
  padding: 1.25rem; }
.story .picture, .story .initial { width: 5.5rem; height: 5.5rem; font-size: 2rem; margin: 0; }
blockquote { margin: .6rem 0 0; padding-inline-start: 1rem;
  border-inline-start: 3px solid var(--line);
  font-family: Georgia, "Iowan Old Style", "Noto Serif", serif; }
.one { display: grid; grid-template-columns: minmax(12rem, 18rem) 1fr; gap: 2.5rem;
  align-items: start; padding-top: 1rem; }
.face { text-align: center; background: var(--card); border: 1px solid var(--line);
  border-radius: 1.25rem; padding: 1.5rem; }
.face .picture, .face .initial { width: 100%; height: auto; aspect-ratio: 1; font-size: 5rem; }
.one h1 { font-size: clamp(1.75rem, 5vw, 2.6rem); }
.one h2 { font-size: 1.25rem; margin: 2rem 0 .4rem; }
.by { font-size: 1.15rem; }
.button { display: block; background: var(--link); color: var(--card); text-decoration: none;
  font-weight: 600; border-radius: .6rem; padding: .6rem 1rem; }
.face small { display: block; margin-top: .75rem; line-height: 1.45; color: var(--soft); }
.said { border-radius: .8rem; padding: .9rem 1.1rem; margin: 1.25rem 0; }
.said p { margin: .15rem 0; }
.said strong { display: block; }
.tags { list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; padding: 0; margin: .5rem 0; }
.tags li { border: 1px solid var(--line); border-radius: .4rem; padding: 0 .5rem;
  font-size: .9rem; color: var(--soft); }
body > nav { padding: 1.5rem 0 1rem; }
nav.more { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 1rem;
  margin-top: 3rem; border-top: 1px solid var(--line); }
nav.more a { max-width: min(28rem, 100%); }
body > footer { margin-top: 3.5rem; padding: 1rem 0 4rem; color: var(--soft);
  font-size: .9375rem; border-top: 1px solid var(--line); }
nav.more + footer { margin-top: 1rem; border: 0; }
footer h2 { font-size: 1.25rem; margin: 1rem 0; color: var(--text); }
footer dl { display: grid; grid-template-columns: max-content 1fr; gap: .6rem 1rem;
  align-items: baseline; }
footer dd { margin: 0; }
@media screen and (max-width: 42rem) {
  body > main, body > header, body > footer, body > nav { width: calc(100% - 2rem); }
  .top { padding: 2.25rem 0 1.5rem; }
  footer dl { grid-template-columns: 1fr; gap: .3rem; } footer dd { margin-bottom: .6rem; }
  .one { grid-template-columns: 1fr; gap: 1.5rem; }
  .face .picture, .face .initial { max-width: 13rem; margin-left: auto; margin-right: auto; }
  .badges { grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: .8rem; }
  .card { padding: 1.1rem .7rem .9rem; }
  .card :is(h3, h4) { font-size: 1rem; } .card p { font-size: .875rem; }
  .card .picture, .card .initial { width: 6.5rem; height: 6.5rem; }
  .story { grid-template-columns: 4rem 1fr; padding: 1rem; }
  .story .picture, .story .initial { width: 4rem; height: 4rem; }
}
@media print {
  @page { margin: 15mm; }
  html { font-size: 10pt; } body { background: none; }
  .top { padding-top: 0; }
  body > main, body > header, body > footer { width: auto; }
  body > nav, .years, .button, .skip { display: none; }
  .badges { grid-template-columns: repeat(3, 1fr); gap: 4mm; }
  .picture, .initial { width: 32mm; height: 32mm; }
  .card, .story, .said, .face { break-inside: avoid; }
  .standing, .said { border: 1px solid currentcolor; background: none; }
  h2, h3 { break-after: avoid; }
  main a[href^="http"]:not(.bare)::after { content: " (" attr(href) ")"; font-size: .85em; }
  .by a[href^="http"]::after { content: ""; }
}
"""
STYLE = (
    f":root {{ color-scheme: light dark; {_declared(COLOURS['light'])} }}\n"
    "@media screen and (prefers-color-scheme: dark) {"
    f" :root {{ {_declared(COLOURS['dark'])} }} }}\n"
    f"{_RULES}"
)
"""The style sheet of every page of an album."""
