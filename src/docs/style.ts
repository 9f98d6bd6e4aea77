/** How the pages of the documentation look: light and dark, from a phone to a wide screen, without script. */

export const DOCS_STYLE = `
:root {
  color-scheme: light dark; --ground: #fff; --raised: #f6f7f9; --line: #dfe3e8; --text: #1c2330;
  --quiet: #566072; --accent: #0b62d6; --get: #0b62d6; --post: #137a43; --put: #92560a; --patch: #7a3fc4;
  --delete: #c02b2b; --code: #eef1f5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #12161d; --raised: #1a202a; --line: #2d3643; --text: #e4e8ef; --quiet: #9fabbd;
    --accent: #7db3ff; --get: #7db3ff; --post: #6fd39b; --put: #eab366; --patch: #c3a0ff; --delete: #ff9088;
    --code: #232b37;
  }
}
* { box-sizing: border-box }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100% }
body {
  margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
a {
  color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 0.18em; overflow-wrap: anywhere;
}
a:focus-visible, summary:focus-visible {
  outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px;
}
code { font: 0.875em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
p code, li code, td code.v { background: var(--code); border-radius: 4px; padding: 0.1em 0.3em }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.5rem; letter-spacing: -0.01em }
h2 {
  font-size: 1.4rem; line-height: 1.25; margin: 3.5rem 0 1rem; padding-bottom: 0.5rem;
  border-bottom: 1px solid var(--line);
}
h3 { font-size: 1.05rem; margin: 0; overflow-wrap: anywhere }
h4 {
  font-size: 0.8rem; margin: 1.1rem 0 0.4rem; color: var(--quiet); text-transform: uppercase;
  letter-spacing: 0.06em;
}
pre {
  background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1.1rem; margin: 1rem 0;
  font: 0.85rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre-wrap;
  overflow-wrap: anywhere;
}
.skip { position: absolute; left: -999px }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: 0.5rem 1rem; z-index: 2 }
.shell { display: grid; grid-template-columns: 17rem minmax(0, 1fr); max-width: 86rem; margin: 0 auto }
nav {
  position: sticky; top: 0; align-self: start; height: 100vh; overflow-y: auto; padding: 2rem 1rem 2rem 1.5rem;
  border-right: 1px solid var(--line); font-size: 0.92rem;
}
nav summary { font-weight: 600; cursor: pointer; padding: 0.3rem 0.5rem }
nav ul { list-style: none; margin: 0.5rem 0 0; padding: 0 }
nav a { display: block; padding: 0.24rem 0.5rem; border-radius: 6px; color: var(--text); text-decoration: none }
nav a:hover { background: var(--raised); color: var(--accent) }
nav .pages { margin: 0 0 1rem; padding: 0 0 0.8rem; border-bottom: 1px solid var(--line) }
nav [aria-current] { font-weight: 600 }
nav .l2 { padding-left: 1.4rem; color: var(--quiet) }
nav .l3 { padding-left: 2.3rem; color: var(--quiet) }
main { padding: 2.5rem 2.5rem 6rem; min-width: 0 }
.lead { color: var(--quiet); max-width: 46rem; margin: 0.2rem 0 }
.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; margin: 1.8rem 0 0;
  padding: 0;
}
.facts > div {
  background: var(--raised); border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1.1rem;
}
.facts dt { font-weight: 600 }
.facts dd { margin: 0.25rem 0 0; color: var(--quiet); font-size: 0.94rem }
article {
  border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem 1.15rem; margin: 0 0 1.1rem;
}
article:target { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent) }
.call { display: flex; gap: 0.7rem; align-items: baseline; margin: 0.35rem 0 0.5rem; flex-wrap: wrap }
.call code { font-size: 0.93rem }
.m {
  font: 700 0.74rem/1 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 0.04em;
  border: 1px solid currentColor; border-radius: 5px; padding: 0.28em 0.45em;
}
.get { color: var(--get) }
.post { color: var(--post) }
.put { color: var(--put) }
.patch { color: var(--patch) }
.delete { color: var(--delete) }
.sub { color: var(--quiet); font-size: 0.92rem; margin: 0 }
.self { color: inherit; text-decoration: none }
.self:hover { text-decoration: underline }
table { width: 100%; border-collapse: collapse; font-size: 0.92rem }
th { text-align: left; font-weight: 600; color: var(--quiet); font-size: 0.82rem }
th, td { padding: 0.42rem 0.8rem 0.42rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
tr:last-child td { border-bottom: 0 }
td:first-child { width: 32% }
td:nth-child(2) { width: 24%; color: var(--quiet) }
table.lines, table.terms { margin: 1.2rem 0 0 }
.lines td { padding-right: 1.2rem }
.lines td:first-child { width: 24% }
.lines td:nth-child(2) { width: 32%; color: var(--text) }
.lines td:nth-child(3) { width: 26% }
.lines td:nth-child(4) { width: 18% }
.lines .sub { margin-top: 0.2rem; font-size: 0.86rem }
.terms td:nth-child(2) { width: auto; color: var(--text) }
.terms + .terms { margin-top: 2.2rem }
tr:target td { background: var(--raised) }
.codes { line-height: 1.9 }
main h3 { margin: 2rem 0 0.5rem }
article h3 { margin: 0 }
.must { color: var(--delete); font-size: 0.8rem; white-space: nowrap }
.answers {
  display: flex; flex-wrap: wrap; gap: 0.35rem 0.9rem; font-size: 0.92rem; margin: 0; padding: 0;
  list-style: none;
}
footer { color: var(--quiet); font-size: 0.9rem; margin-top: 4rem }
@media (max-width: 60rem) {
  .shell { display: block }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); padding: 1rem }
  nav ul { columns: 2; column-gap: 1rem }
  nav .pages { columns: auto }
  main { padding: 1.5rem 1rem 4rem }
  h2 { margin-top: 2.5rem }
}
@media (max-width: 40rem) {
  article { padding: 0.9rem }
  thead { position: absolute; left: -999px }
  table, tbody, tr, td { display: block; width: auto }
  td:nth-child(n), .lines td:nth-child(n) { width: auto }
  .lines td:nth-child(4)::before { content: "→ " }
  td { border: 0; padding: 0 0 0.15rem }
  tr { padding: 0.5rem 0; border-bottom: 1px solid var(--line) }
  td:empty { display: none }
}
@media print {
  nav { display: none }
  .shell { display: block }
  article { break-inside: avoid }
}
`
