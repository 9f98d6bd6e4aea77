/** How the pages look: light and dark, from a phone to a wide screen, in the accent of the org. One sheet a page. */
import { type Accent, accentsOf, type Scheme, schemes } from './colors.ts'

const variables = (scheme: Scheme, { fill, onFill, ink, tint }: Accent): string =>
  [
    ...Object.entries(scheme).map(([name, color]) => `--${name}: ${color}`),
    `--fill: ${fill}; --onFill: ${onFill}; --ink: ${ink}; --tint: ${tint}`,
  ].join('; ')

const SHEET = `
*, *::before, *::after { box-sizing: border-box }
html { height: 100%; -webkit-text-size-adjust: 100%; text-size-adjust: 100% }
body {
  margin: 0; min-height: 100%; min-height: 100dvh; display: flex; flex-direction: column; color: var(--text);
  background: radial-gradient(60rem 30rem at 50% -14rem, var(--tint), transparent) no-repeat var(--surface);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif;
  -webkit-font-smoothing: antialiased; text-rendering: optimizeLegibility; overflow-wrap: anywhere;
}
.column {
  width: 100%; max-width: 28rem; margin: 0 auto; flex: 1; display: flex; flex-direction: column;
  padding: max(1.5rem, env(safe-area-inset-top)) 1.5rem max(1rem, env(safe-area-inset-bottom));
}
header { margin-block-end: 2.5rem; min-height: 2rem; display: flex; align-items: center; justify-content: center }
header img { display: block; height: 2rem; width: auto; max-width: 14rem; object-fit: contain }
header p { margin: 0; font-weight: 600; letter-spacing: -0.01em; display: flex; align-items: center; gap: 0.6rem }
header p::before {
  content: ""; flex: none; width: 0.7rem; height: 0.7rem; border-radius: 50%; background: var(--fill);
  box-shadow: 0 0 0 1px var(--ink), 0 0 0 4px var(--tint);
}
main { display: block }
h1 {
  margin: 0; font-size: 1.75rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.022em;
  text-wrap: balance;
}
h1 a { color: inherit; text-decoration-color: var(--edge) }
h1 strong { font-weight: inherit }
h1 + .lead { margin-block-start: 0.5rem }
p { margin: 0 }
.lead { color: var(--quiet); text-wrap: pretty }
.lead strong, .lead a { color: var(--text); font-weight: 600 }
.lead a { text-decoration-color: var(--edge) }
.note { margin-block-start: 1.25rem; text-wrap: pretty }
a { color: var(--ink); text-decoration-thickness: 1px; text-underline-offset: 0.2em }
a:hover { text-decoration-thickness: 2px }
.tile {
  width: 3.5rem; height: 3.5rem; margin-block-end: 1.25rem; border-radius: 1rem; overflow: hidden;
  background: var(--tint); color: var(--ink); display: grid; place-items: center;
  font-size: 1.5rem; font-weight: 650; line-height: 1;
}
.tile.logo { background: #fff; box-shadow: inset 0 0 0 1px var(--line) }
.tile img { display: block; width: 100%; height: 100%; object-fit: contain; padding: 0.4rem }
.tile.round { border-radius: 50% }
.tile svg { width: 1.75rem; height: 1.75rem }
.tile.bad { background: var(--dangerGround); color: var(--danger) }
form { margin: 1.75rem 0 0 }
.field + .field { margin-block-start: 1.1rem }
.field label { display: block; margin-block-end: 0.4rem; font-size: 0.925rem; font-weight: 600 }
.field input {
  display: block; width: 100%; height: 3rem; padding: 0 0.95rem; font: inherit; color: var(--text);
  background: var(--field); border: 1px solid var(--edge); border-radius: 0.75rem; appearance: none;
}
.field input:hover { border-color: var(--quiet) }
.field input:focus {
  border-color: var(--ink); outline: 3px solid var(--ink); outline-offset: -2px;
}
.field input[aria-invalid] { border-color: var(--danger) }
.field input:autofill {
  -webkit-text-fill-color: var(--text); caret-color: var(--text); box-shadow: inset 0 0 0 4rem var(--tint);
}
.rules { margin-block-start: 0.6rem; font-size: 0.9rem; line-height: 1.45; color: var(--quiet) }
.rules + .field { margin-block-start: 1.1rem }
.rules ul {
  margin: 0.3rem 0 0; padding-inline-start: 1.2rem; display: grid; gap: 0.15rem 1.6rem;
  grid-template-columns: repeat(auto-fill, minmax(min(9.5rem, 100%), 1fr));
}
.rules li::marker { color: var(--ink) }
.alert {
  margin-block: 1.5rem -0.25rem; padding: 0.8rem 1rem; border-radius: 0.75rem; font-size: 0.95rem; line-height: 1.45;
  background: var(--dangerGround); color: var(--danger); display: flex; gap: 0.7rem;
}
.alert span { text-wrap: pretty }
.alert svg { flex: none; width: 1.25rem; height: 1.25rem; margin-block-start: 0.05rem }
.button {
  display: flex; width: 100%; min-height: 3rem; align-items: center; justify-content: center; text-align: center;
  padding: 0.6rem 1rem; font: inherit; font-weight: 600; line-height: 1.25; cursor: pointer; text-decoration: none;
  color: var(--text); background: var(--surface); border: 1px solid var(--edge); border-radius: 0.75rem;
  appearance: none;
}
.button:hover { background: var(--tint) }
.button.main { color: var(--onFill); background: var(--fill); border-color: var(--ink) }
.button.main:hover { box-shadow: 0 6px 18px -8px var(--ink) }
.button:active { transform: translateY(1px) }
.field + .button { margin-block-start: 1.6rem }
.buttons { display: grid; grid-template-columns: 1fr 1fr; gap: 0.75rem; margin-block-start: 1.5rem }
.buttons .button { padding-inline: 0.5rem }
.stack { display: grid; gap: 0.75rem; margin-block-start: 1.75rem }
.stack form { margin: 0 }
.person {
  display: flex; align-items: center; gap: 0.75rem; margin-block-start: 1.25rem; padding: 0.65rem 0.9rem;
  border: 1px solid var(--line); border-radius: 0.9rem; line-height: 1.3;
}
.person .tile { flex: none; width: 2.25rem; height: 2.25rem; margin: 0; font-size: 1rem }
.person small { display: block; font-size: 0.85rem; color: var(--quiet) }
.person span { min-width: 0; font-size: 0.95rem }
.scopes { list-style: none; margin: 0.6rem 0 0; padding: 0 }
.scopes li + li { border-block-start: 1px solid var(--line) }
.scopes li > * { display: flex; gap: 0.85rem; align-items: flex-start; min-height: 2.75rem; padding: 0.8rem 0 }
.scopes label { cursor: pointer }
.scopes svg, .scopes input { flex: none; width: 1.375rem; height: 1.375rem; margin: 0.05rem 0 0 }
.scopes svg { color: var(--ink) }
.scopes input { accent-color: var(--ink); cursor: pointer }
.scopes b { display: block; font-weight: 600 }
.scopes em {
  font-style: normal; font-weight: 400; font-size: 0.85rem; color: var(--quiet); padding-inline-start: 0.4rem;
}
.scopes small { display: block; font-size: 0.9rem; line-height: 1.4; color: var(--quiet) }
.details { margin: 1.75rem 0 0; border: 1px solid var(--line); border-radius: 0.9rem; font-size: 0.925rem }
.details div { padding: 0.7rem 1rem }
.details div + div { border-block-start: 1px solid var(--line) }
.details dt { font-size: 0.825rem; color: var(--quiet) }
.details dd { margin: 0.05rem 0 0 }
.details code { font: 0.9rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace }
footer { margin-block-start: auto; padding-block-start: 2rem; font-size: 0.875rem }
footer ul {
  list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; justify-content: center; column-gap: 0.25rem;
}
footer a {
  display: flex; min-height: 2.75rem; min-width: 2.75rem; align-items: center; justify-content: center;
  padding: 0 0.6rem; color: var(--quiet); text-decoration: none;
}
footer a:hover { color: var(--text); text-decoration: underline }
a:focus-visible, .button:focus-visible, .scopes input:focus-visible {
  outline: 3px solid var(--ink); outline-offset: 3px; border-radius: 0.75rem;
}
a:focus-visible { border-radius: 0.35rem }
@media (min-width: 34rem) and (min-height: 32rem) {
  body {
    background: radial-gradient(70rem 36rem at 50% -14rem, var(--tint), transparent) no-repeat var(--ground);
  }
  .column { max-width: 30.5rem; padding-block: 3rem 2rem; justify-content: center }
  header { margin-block-end: 2rem }
  main {
    background: var(--surface); border: 1px solid var(--line); border-radius: 1.5rem; padding: 2.5rem;
    box-shadow: 0 1px 2px rgb(16 24 40 / 0.04), 0 24px 48px -20px rgb(16 24 40 / 0.16);
  }
  footer { margin-block-start: 0; padding-block-start: 1.25rem }
}
@media (prefers-reduced-motion: no-preference) {
  main { animation: rise 0.32s cubic-bezier(0.2, 0.7, 0.2, 1) backwards }
  .shortly { animation: appear 0.3s 1s backwards }
  .button, .field input, footer a { transition: background-color 0.15s, border-color 0.15s, box-shadow 0.15s }
  @keyframes rise { from { opacity: 0; transform: translateY(8px) } }
  @keyframes appear { from { opacity: 0 } }
}
@media (prefers-contrast: more) {
  :root { --line: var(--edge); --quiet: var(--text) }
}
@media (forced-colors: active) {
  .tile, main, .alert { border: 1px solid }
}
@media print {
  footer, .button { display: none }
}
`

/** The sheet for an accent colour. Only colours that were computed here get into it. */
export function styleOf(accentColor: string | null): string {
  const { light, dark } = accentsOf(accentColor)
  return `
:root { color-scheme: light dark; ${variables(schemes.light, light)} }
@media (prefers-color-scheme: dark) { :root { ${variables(schemes.dark, dark)} } }${SHEET}`
}
