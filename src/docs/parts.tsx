/** The frame of the documentation's pages, and what all of them are made of. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { DOCS_STYLE } from './style.ts'

/** `text` with what stands between backticks as code. */
export const Prose = ({ text }: { readonly text: string }) => (
  <>{text.split('`').map((part, at) => (at % 2 === 0 ? part : <code class="v">{part}</code>))}</>
)

export const anchorOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

/** Names of the sections, and the anchor of each. */
export interface NavigationEntry {
  readonly name: string
  readonly anchor: string
  /** How far in it stands; 1 is at the edge. */
  readonly level: 1 | 2 | 3
}

/** Every page of the documentation, by its address. */
const PAGES = [
  ['/docs', 'Expression language'],
  ['/docs/api', 'Management API'],
] as const

export type PagePath = (typeof PAGES)[number][0]

interface Navigated {
  readonly path: PagePath
  /** What the entries are. */
  readonly label: string
  readonly entries: readonly NavigationEntry[]
}

const Navigation = ({ path, label, entries }: Navigated) => (
  <nav aria-label={label}>
    <ul class="pages">
      {PAGES.map(([href, name]) => (
        <li>
          <a href={href} aria-current={href === path ? 'page' : undefined}>
            {name}
          </a>
        </li>
      ))}
    </ul>
    <details open>
      <summary>{label}</summary>
      <ul>
        {entries.map(({ name, anchor, level }) => (
          <li>
            <a class={`l${level}`} href={`#${anchor}`}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </details>
  </nav>
)

export interface DocsPage extends Navigated {
  readonly title: string
  readonly skip: string
  readonly main: Child
}

/** The whole page as text. */
export async function pageText({ title, skip, main, ...navigated }: DocsPage): Promise<string> {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: DOCS_STYLE }} />
      </head>
      <body>
        <a class="skip" href="#main">
          {skip}
        </a>
        <div class="shell">
          <Navigation {...navigated} />
          <main id="main">{main}</main>
        </div>
      </body>
    </html>
  )
  return (await html`<!doctype html>${page}`).toString()
}

/** What a reader should know first: a title each and a text. */
export const Facts = ({
  facts,
}: {
  readonly facts: readonly (readonly [title: string, text: string])[]
}) => (
  <dl class="facts">
    {facts.map(([title, text]) => (
      <div>
        <dt>{title}</dt>
        <dd>
          <Prose text={text} />
        </dd>
      </div>
    ))}
  </dl>
)
