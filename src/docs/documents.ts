/**
 * What describes the product: the management API as OpenAPI for machines and as a page for people, and the expression
 * language. All of it is public, made of the tables that the Worker runs on, and made once an isolate.
 */
import type { Context, Hono } from 'hono'
import { base64url, utf8 } from '../platform/encoding.ts'
import { ApiError, apiErrorAnswer } from '../protocol/api-errors.ts'
import { NOSNIFF, transportHeaders } from '../protocol/safe-headers.ts'
import { openApiDocument } from '../management/openapi.ts'
import { managementRoutes } from '../management/routes.ts'
import { apiPage } from './api-page.tsx'
import { languagePage } from './language-page.tsx'
import type { PagePath } from './parts.tsx'
import { DOCS_STYLE } from './style.ts'

interface Made {
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const OPENAPI_PATH = '/api/v1/openapi.json'

async function made(
  body: string,
  type: string,
  more: Readonly<Record<string, string>>,
): Promise<Made> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(body)))
  return {
    body,
    headers: {
      'content-type': type,
      'cache-control': 'public, max-age=300',
      etag: `"${base64url(digest.slice(0, 16))}"`,
      ...NOSNIFF,
      ...more,
    },
  }
}

const openApi = (origin: string): Promise<Made> =>
  made(JSON.stringify(openApiDocument(managementRoutes, origin)), 'application/json', {
    // Tools of other sites may read what everybody may read.
    'access-control-allow-origin': '*',
  })

/** Nothing may be loaded and nothing may run; the one style is known by its hash. */
async function page(text: string, origin: string): Promise<Made> {
  const style = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(DOCS_STYLE)))
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${style.toBase64()}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return made(text, 'text/html; charset=utf-8', {
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    ...transportHeaders(origin),
  })
}

const PAGES: Readonly<Record<PagePath, (origin: string) => Promise<string>>> = {
  '/docs': languagePage,
  '/docs/api': (origin) => apiPage(openApiDocument(managementRoutes, origin)),
}

function answer(request: Request, { body, headers }: Made): Response {
  const known = (request.headers.get('if-none-match') ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
  const isKnown = known.includes(headers['etag']!)
  return new Response(isKnown ? null : body, { status: isKnown ? 304 : 200, headers })
}

type MadeOf = (origin: string) => Promise<Made>

export function mountDocumentation(
  app: Hono<{ Bindings: Cloudflare.Env }>,
  originOf: (env: Cloudflare.Env) => string,
): void {
  const documents: readonly (readonly [path: string, make: MadeOf])[] = [
    [OPENAPI_PATH, openApi],
    ...Object.entries(PAGES).map(
      ([path, text]) => [path, async (origin: string) => page(await text(origin), origin)] as const,
    ),
  ]
  for (const [path, make] of documents) {
    let known: { readonly origin: string; readonly document: Promise<Made> } | undefined
    app.get(path, async (c: Context<{ Bindings: Cloudflare.Env }>) => {
      const origin = originOf(c.env)
      if (known?.origin !== origin) known = { origin, document: make(origin) }
      return answer(c.req.raw, await known.document)
    })
    app.all(path, () => apiErrorAnswer(new ApiError('E0000022'), { allow: 'GET, HEAD' }))
  }
}
