/** One request as the readers of the source take it apart, each held against a reference or a law of its own. */
import { parseAuthorizeParameters, readMaxAge, readPreferences, readPrompts, readResponseTypes } from '../../../src/authorize/parameters.ts' // prettier-ignore
import { readClaimsParameter } from '../../../src/authorize/requested-claims.ts'
import { presentedCredentials } from '../../../src/clients/presented.ts'
import { readArtefact, type ArtefactKind } from '../../../src/domain/artefact.ts'
import { browserMarks, sessionKeyOf } from '../../../src/endpoints/browser.ts'
import { readSealed } from '../../../src/endpoints/sealed.ts'
import { chooseMessages } from '../../../src/pages/language.ts'
import { utf8Decode } from '../../../src/platform/encoding.ts'
import { limits } from '../../../src/platform/limits.ts'
import { asksFor } from '../../../src/protocol/accept.ts'
import { parseBasic, parseScheme } from '../../../src/protocol/authorization-header.ts'
import { callerOf } from '../../../src/protocol/caller.ts'
import { parseForm, type Form } from '../../../src/protocol/form.ts'
import { formatScope, parseScope } from '../../../src/protocol/scope.ts'
import { parseUserAgent } from '../../../src/protocol/user-agent.ts'
import type { Input } from '../requests/input.ts'
import { readBody } from './bodies.ts'
import { attempt, hold } from './held.ts'
import { readQuery } from './queries.ts'
import { SETTINGS, WORLD } from './world.ts'

const KINDS: readonly ArtefactKind[] = ['code', 'interaction-code', 'refresh-token', 'session', 'session-id', 'recovery-token', 'activation-token', 'recovery-state'] // prettier-ignore
const GENUINE: ReadonlySet<string> = new Set(Object.values(WORLD.artefacts))

/** The platform's own reading of a form, where ours took it. */
function formHolds(text: string, form: Form): void {
  const named = [...new URLSearchParams(`&${text}`)].filter(([, value]) => value !== '')
  const names = named.map(([name]) => name)
  hold(new Set(names).size === names.length, 'a repeated parameter was taken')
  hold(named.length === form.size && named.every(([name, value]) => form.get(name) === value), 'a form was read as another one') // prettier-ignore
  hold(form.size <= limits.formParametersMax, 'a form has too many parameters')
}

function valuesHold(form: Form): void {
  const text = (name: string): string => form.get(name) ?? ''
  const scope = parseScope(text('scope'))
  hold(scope === null || formatScope(scope).length <= text('scope').length, 'scopes grew')
  readPrompts(form.get('prompt'))
  readResponseTypes(form.get('response_type'))
  const age = readMaxAge(form.get('max_age'))
  hold(age === null || (Number.isInteger(age) && age >= 0), 'an age that is none')
  hold(readPreferences(form.get('acr_values')).length <= limits.preferencesMax, 'too many preferences') // prettier-ignore
  readClaimsParameter(form.get('claims'))
}

/** Nothing but what was made as a kind is taken as one; spaces between bytes are another text. */
async function artefactHolds(text: string): Promise<void> {
  for (const kind of KINDS) {
    const artefact = await readArtefact(kind, text, SETTINGS.keyEncryption)
    hold(artefact === null || (GENUINE.has(text) && artefact.userId === '00u1'), 'an artefact that nobody made') // prettier-ignore
  }
  for (const kind of ['sign-in', 'consent', 'state-handle', 'session-token'])
    hold((await readSealed('transaction', kind, text, SETTINGS.keyEncryption)) === null || GENUINE.has(text), 'something sealed that nobody made') // prettier-ignore
}

function credentialsHold(header: string): void {
  const scheme = parseScheme(header)
  if (scheme === null) return
  hold(!/\s/.test(scheme.value) && header.includes(scheme.value), 'credentials that were not sent')
  const basic = scheme.scheme === 'basic' ? parseBasic(scheme.value) : null
  if (basic === null) return
  const told = utf8Decode(Uint8Array.fromBase64(scheme.value)) ?? ''
  const parts = told.split(':')
  const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))
  hold(basic.clientId === decoded(parts[0]!), 'another client')
  hold(basic.clientSecret === (parts.length === 1 ? null : decoded(parts.slice(1).join(':'))), 'another secret') // prettier-ignore
  hold(!`${basic.clientId}${basic.clientSecret}`.includes('\0'), 'NUL in credentials')
}

async function headersHold(request: Request): Promise<void> {
  const { headers } = request
  const header = headers.get('authorization')
  if (header !== null) credentialsHold(header)
  hold(browserMarks(request, SETTINGS).length <= limits.marksPerBrowserMax, 'too many marks')
  const session = await sessionKeyOf(request, SETTINGS)
  const cookie = headers.get('cookie') ?? ''
  hold(session === null || cookie.includes(WORLD.artefacts.session.slice(0, -1)), 'a session that nobody began') // prettier-ignore
  chooseMessages(null, headers.get('accept-language'))
  asksFor(headers.get('accept'), 'application/token-introspection+jwt', 'application/json')
  parseUserAgent(headers.get('user-agent') ?? '')
  callerOf(request)
}

/** What came of the request's own part: its form, its query or its body. */
export async function read(input: Input, request: Request): Promise<'taken' | 'refused'> {
  await headersHold(request)
  const type = request.headers.get('content-type') ?? ''
  if (type.includes('json')) return readBody(input, request)
  const { pathname, search } = new URL(request.url)
  const query = search.slice(1)
  if (pathname.startsWith('/api/v1/')) return readQuery(query)
  const text = input.body === null ? query : utf8Decode(input.body)
  if (text === null) return 'refused'
  const parsed = attempt(() => parseForm(text))
  attempt(() => parseAuthorizeParameters(text))
  if ('refusal' in parsed) return 'refused'
  formHolds(text, parsed.value)
  valuesHold(parsed.value)
  attempt(() => presentedCredentials(request, parsed.value))
  for (const value of parsed.value.values())
    if (value.length > 40 && value.includes('.')) await artefactHolds(value)
  return 'taken'
}
