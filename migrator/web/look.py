"""How the desk looks: the style of the report, and what a desk has besides; and its one script."""

from __future__ import annotations

from migrator.report import style

_DESK = """
body { padding-top: 0; }
h1, h2, h3 { text-align: left; }
dd, a, code, pre, .badge p { overflow-wrap: anywhere; }
.skip { position: absolute; left: -99rem; background: var(--ground); padding: .5rem 1rem; }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip:focus { left: .5rem; top: .5rem; z-index: 1; }
.desk { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center;
  padding: .75rem 0; border-bottom: 1px solid var(--line); margin-bottom: 2rem; }
.desk > a { font-weight: 700; font-size: 1.15rem; color: var(--text); text-decoration: none; }
.desk ul { margin: 0; }
.desk form { display: flex; gap: .5rem; margin-left: auto; align-items: center; }
input, textarea, button, select { font: inherit; color: inherit; }
input[type=search], input[type=text], input[type=password], textarea { background: var(--ground);
  border: 1px solid var(--soft); border-radius: .5rem; padding: .45rem .7rem; min-width: 0; }
textarea { width: 100%; min-height: 5rem; display: block; }
button { background: var(--link); color: var(--ground); border: 1px solid var(--link);
  border-radius: .5rem; padding: .45rem 1rem; font-weight: 600; cursor: pointer; }
button.quiet { background: transparent; color: var(--link); }
:is(input, textarea, button, summary, pre, .scroll, main):focus-visible {
  outline: 3px solid var(--link); outline-offset: 2px; }
.big { display: flex; gap: .75rem; margin: 1.25rem 0 .5rem; }
.big input { flex: 1; font-size: 1.3rem; padding: .75rem 1rem; }
.big button { font-size: 1.15rem; }
h1 + .lead { margin-top: .5rem; }
.running { background: var(--panel); border-left: 5px solid var(--ready); border-radius: .75rem;
  padding: .75rem 1.1rem; margin: 1.5rem 0; }
.running p { margin: .2rem 0; }
.badge { border: 1px solid var(--line); border-radius: .75rem; padding: 1rem 1.25rem;
  margin: 1.25rem 0; }
.badge h3 { margin-top: 0; }
.where { border-left: 5px solid var(--rest); padding-left: .9rem; margin: .9rem 0; }
.where.good { border-color: var(--good); } .where.ready { border-color: var(--ready); }
.where.wait { border-color: var(--wait); } .where.stop { border-color: var(--stop); }
.where p, .badge p { margin: .25rem 0; }
.picture { float: right; width: 9rem; height: 9rem; object-fit: contain; margin: 0 0 1rem 1.5rem; }
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1.25rem; }
dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; }
pre { background: var(--panel); border-radius: .5rem; padding: .9rem 1rem; overflow: auto;
  max-height: 30rem; white-space: pre-wrap; font-size: .875rem; }
details { margin: .75rem 0; } summary { cursor: pointer; font-weight: 600; }
.as { color: var(--soft); margin-top: 3rem; }
.note { background: var(--panel); border-radius: .5rem; padding: .75rem 1rem; margin: .75rem 0; }
.note p { margin: 0 0 .25rem; white-space: pre-line; }
.done { border-left: 5px solid var(--good); } .alert { border-left: 5px solid var(--stop); }
.act { display: flex; gap: .75rem; flex-wrap: wrap; margin: .75rem 0; }
fieldset { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem 1rem; }
select { background: var(--ground); border: 1px solid var(--soft); border-radius: .5rem;
  padding: .4rem; max-width: 100%; }
.field { margin: 1rem 0; } .field label { display: block; font-weight: 600; }
@media (max-width: 40rem) { .desk form { margin-left: 0; width: 100%; } .desk input { flex: 1; }
  .picture { float: none; display: block; margin: 0 0 1rem; } .big { flex-direction: column; }
  dl.facts { grid-template-columns: minmax(0, 1fr); } dl.facts dd { margin-bottom: .5rem; } }
"""
STYLE = style.STYLE + _DESK
"""The style sheet of every page of the desk."""
SCRIPT = """"use strict";
// Without script every page works; with it, what runs is shown as it goes.
(() => {
  const has = (what) => document.querySelector(`#live [data-${what}]`) !== null;
  const wait = () => (has("counting") ? 1000 : has("running") ? 3000 : 15000);
  const look = async () => {
    const live = document.getElementById("live");
    try {
      if (!document.hidden && !live.contains(document.activeElement)) {
        const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById("live");
        if (answer.ok && fresh && fresh.innerHTML !== live.innerHTML) {
          live.replaceChildren(...fresh.childNodes);
        }
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // the desk was closed: try again later
    }
    setTimeout(look, wait());
  };
  if (document.getElementById("live")) setTimeout(look, wait());
})();
"""
"""Shows a running push as it goes: asks for the same page and takes its live part."""
