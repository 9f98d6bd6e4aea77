/** The frame of every page: the document, the org above, the links below, and the headers that fit. */
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { imageOf, linkUri, type Frame } from './addresses.ts'
import type { Branding, PageProps, PresentedApp } from './branding.ts'
import { pageHeaders, type PageNeeds } from './headers.ts'
import { Away } from './parts.tsx'
import { styleOf } from './style.ts'

/** One page, before its frame. */
export interface Page extends Partial<Pick<PageNeeds, 'script' | 'framedBy'>> {
  readonly title: string
  readonly main: Child
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Whose terms and policy the links below lead to. */
  readonly app?: PresentedApp | null
  readonly formTargets?: readonly string[]
  /** Loaded beside it, unseen. */
  readonly frames?: readonly Frame[]
  /** Where the browser goes as soon as everything is loaded, script or not. */
  readonly next?: string | null
  /** False where no authorization passes by. */
  readonly inPopup?: boolean
}

function Masthead({ branding }: { readonly branding: Branding }) {
  const logo = imageOf(branding.logoUri)
  return (
    <header>
      {logo === null ? (
        <p>
          <bdi>{branding.orgName}</bdi>
        </p>
      ) : (
        <img src={logo.uri} alt={branding.orgName} />
      )}
    </header>
  )
}

function Links({
  branding,
  messages,
  app,
}: PageProps & { readonly app: PresentedApp | null | undefined }) {
  const links = [
    [app?.tosUri ?? null, messages.terms],
    [app?.policyUri ?? null, messages.privacy],
    [branding.helpUri, messages.help],
  ] as const
  const shown = links.filter(([uri]) => linkUri(uri) !== null)
  if (shown.length === 0) return <></>
  return (
    <footer>
      <ul>
        {shown.map(([uri, text]) => (
          <li>
            <Away uri={uri}>{text}</Away>
          </li>
        ))}
      </ul>
    </footer>
  )
}

function Document({
  page,
  style,
  branding,
  messages,
}: PageProps & { readonly page: Page; readonly style: string }) {
  return (
    <html lang={messages.lang} dir={messages.dir}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        {page.next != null && <meta http-equiv="refresh" content={`0;url=${page.next}`} />}
        <title>{`${page.title} · ${branding.orgName}`}</title>
        <style dangerouslySetInnerHTML={{ __html: style }} />
      </head>
      <body>
        <div class="column">
          <Masthead branding={branding} />
          <main>{page.main}</main>
          <Links branding={branding} messages={messages} app={page.app} />
        </div>
        {page.frames?.map(({ uri }) => (
          <iframe
            hidden
            src={uri}
            sandbox="allow-scripts allow-same-origin allow-forms"
            referrerpolicy="no-referrer"
          />
        ))}
        {page.script !== undefined && <script dangerouslySetInnerHTML={{ __html: page.script }} />}
      </body>
    </html>
  )
}

const imageSources = (
  branding: Branding,
  app: PresentedApp | null | undefined,
): readonly string[] =>
  [imageOf(branding.logoUri), imageOf(app?.logoUri ?? null)].flatMap((image) =>
    image === null ? [] : [image.source],
  )

/** The whole answer. */
export async function pageResponse(
  { branding, messages }: PageProps,
  page: Page,
): Promise<Response> {
  const style = styleOf(branding.accentColor)
  const document = <Document page={page} style={style} branding={branding} messages={messages} />
  const headers = await pageHeaders({
    style,
    images: imageSources(branding, page.app),
    frames: (page.frames ?? []).map(({ source }) => source),
    formTargets: page.formTargets ?? [],
    inPopup: page.inPopup ?? true,
    ...(page.script === undefined ? {} : { script: page.script }),
    framedBy: page.framedBy ?? null,
  })
  const text = (await html`<!doctype html>${document}`).toString()
  return new Response(text, {
    status: page.status ?? 200,
    headers: { ...headers, ...page.headers },
  })
}
