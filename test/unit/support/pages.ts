/** Every page made with given texts and addresses, and what a test reads from one. */
import { originOf } from '../../../src/authorize/redirect-uri.ts'
import type { PageProps, PresentedApp, PresentedUser } from '../../../src/pages/branding.ts'
import { authorizationErrorPage } from '../../../src/pages/authorization-error.tsx'
import { consentPage } from '../../../src/pages/consent.tsx'
import { english } from '../../../src/pages/english.ts'
import { formPostPage } from '../../../src/pages/form-post.tsx'
import { signedInPage } from '../../../src/pages/home.tsx'
import { messagePage } from '../../../src/pages/message.tsx'
import { newPasswordPage } from '../../../src/pages/new-password.tsx'
import { postMessagePage } from '../../../src/pages/post-message.tsx'
import { signInPage } from '../../../src/pages/sign-in.tsx'
import { signedOutPage, signOutQuestionPage } from '../../../src/pages/sign-out.tsx'

/** The values of a page: `text` stands for everything that somebody wrote, `uri` for what they registered to show. */
export interface Values {
  readonly text: string
  readonly uri: string | null
  readonly redirectUri: string
}

export const plain: Values = {
  text: 'Atlas',
  uri: 'https://atlas.example/about',
  redirectUri: 'https://atlas.example/callback',
}

export const pageProps = ({ text, uri }: Values): PageProps => ({
  branding: { orgName: text, accentColor: text, logoUri: uri, helpUri: uri },
  messages: english,
})

export const appOf = ({ text, uri }: Values): PresentedApp => ({
  label: text,
  logoUri: uri,
  clientUri: uri,
  tosUri: uri,
  policyUri: uri,
})

const userOf = ({ text }: Values): PresentedUser => ({ name: text, login: text })

/** Every page by its name. */
export const pages = {
  signIn: (values: Values) =>
    signInPage({
      ...pageProps(values),
      action: '/signin',
      transaction: values.text,
      identifier: `ada${values.text}`,
      app: appOf(values),
      error: null,
      redirectUri: values.redirectUri,
    }),
  newPassword: (values: Values) =>
    newPasswordPage({
      ...pageProps(values),
      action: '/signin/password',
      fields: { transaction: values.text, proof: values.text },
      reason: 'RECOVERY',
      question: values.text,
      login: `ada${values.text}`,
      app: appOf(values),
      error: ['minLength'],
      redirectUri: values.redirectUri,
    }),
  consent: (values: Values) =>
    consentPage({
      ...pageProps(values),
      action: '/consent',
      transaction: values.text,
      app: appOf(values),
      user: userOf(values),
      scopes: [false, true].map((optional) => ({
        name: values.text,
        displayName: optional ? null : values.text,
        description: values.text,
        optional,
      })),
      redirectUri: values.redirectUri,
    }),
  authorizationError: (values: Values) =>
    authorizationErrorPage({
      ...pageProps(values),
      error: values.text,
      description: values.text,
      parameter: values.text,
      requestId: values.text,
    }),
  signOutQuestion: (values: Values) =>
    signOutQuestionPage({
      ...pageProps(values),
      action: '/oauth2/v1/logout',
      fields: { transaction: values.text },
      user: userOf(values),
      stayUri: '/',
      redirectUri: values.redirectUri,
    }),
  signedOut: (values: Values) =>
    signedOutPage({ ...pageProps(values), signInUri: '/signin', frameUris: [], nextUri: null }),
  signedOutOfApps: (values: Values) =>
    signedOutPage({
      ...pageProps(values),
      signInUri: null,
      frameUris: [values.redirectUri],
      nextUri: values.redirectUri,
    }),
  signedIn: (values: Values) =>
    signedInPage({
      ...pageProps(values),
      user: userOf(values),
      action: '/signout',
      fields: { csrf: values.text },
    }),
  formPost: (values: Values) =>
    formPostPage({
      ...pageProps(values),
      redirectUri: values.redirectUri,
      parameters: { code: values.text, state: values.text },
      app: appOf(values),
    }),
  oktaPostMessage: (values: Values) =>
    postMessagePage({
      ...pageProps(values),
      origin: originOf(values.redirectUri) ?? 'null',
      parameters: { code: values.text, state: values.text },
    }),
  message: (values: Values) =>
    messagePage({ ...pageProps(values), message: 'EXPIRED', startUri: '/signin' }),
} as const

export type PageName = keyof typeof pages

export const pageNames = Object.keys(pages) as PageName[]

/** One tag or run of text; a script or style stands as one piece with what is in it. */
const PIECE =
  /<!doctype html>|<(?<raw>script|style)\b(?<rawAttributes>[^<>]*)>(?<content>[^]*?)<\/\k<raw>>|<(?<name>\/?[a-z][a-z0-9]*)(?<attributes>(?: [a-zA-Z-]+="[^"<>]*")*)\/?>|(?<text>[^<>]+)/y

/** A page read strictly: whatever is not a tag in quotes or text without < and > throws. */
export interface Markup {
  /** Tags with the names of their attributes, in order, without any value. */
  readonly skeleton: readonly string[]
  readonly texts: readonly string[]
  /** `tag attribute` with each value, unescaped. */
  readonly attributes: readonly (readonly [name: string, value: string])[]
  /** What stands in script elements. */
  readonly scripts: readonly string[]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&amp;': '&',
}

const unescaped = (text: string): string =>
  text.replaceAll(/&(?:\w+|#\d+);?/g, (entity) => {
    const character = ENTITIES[entity]
    if (character === undefined) throw new Error(`unexpected ${entity}`)
    return character
  })

export function markupOf(html: string): Markup {
  const skeleton: string[] = []
  const texts: string[] = []
  const attributes: [string, string][] = []
  const scripts: string[] = []
  PIECE.lastIndex = 0
  while (PIECE.lastIndex < html.length) {
    const at = PIECE.lastIndex
    const groups = PIECE.exec(html)?.groups
    if (groups === undefined) throw new Error(`not markup: ${html.slice(at, at + 60)}`)
    const { raw, rawAttributes = '', content = '', name, attributes: given = '', text } = groups
    if (raw === 'script') scripts.push(content)
    if (text !== undefined) texts.push(unescaped(text))
    const tag = raw ?? name
    if (tag === undefined) continue
    const pairs = [...(rawAttributes + given).matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)]
    skeleton.push([tag, ...pairs.map(([, attribute]) => attribute!)].join(' '))
    for (const [, attribute, value] of pairs)
      attributes.push([`${tag} ${attribute}`, unescaped(value!)])
  }
  return { skeleton, texts, attributes, scripts }
}

/** The directives of a page's policy. */
export const policyOf = (response: Response): ReadonlyMap<string, string> =>
  new Map(
    (response.headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources.join(' ')]
    }),
  )
