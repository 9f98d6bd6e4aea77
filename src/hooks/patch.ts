/**
 * What a hook's commands make of token drafts: all of it, or nothing. Claims are added, replaced and removed, also
 * inside lists and objects (paths as in RFC 6901), and lifetimes are set. A single command that cannot be carried out
 * leaves every token as it was. Pure and total: whatever an endpoint answers can be put in.
 */
import type { TokenDraft, TokenDrafts } from '../mint/draft.ts'
import { isObject, utf8, within } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { isReserved, type TokenKind } from './reserved.ts'

/** Why nothing was changed. It names no claim: those of a hook are not told to anybody but the token's reader. */
export type PatchFault =
  | 'there are too many operations'
  | 'the command is not known'
  | 'the command is for a token that is not issued'
  | 'the operation is not known'
  | 'the path leads nowhere'
  | 'the claim is reserved'
  | 'the value is missing'
  | 'the value of a removal must be null'
  | 'the lifetime is out of bounds'
  | 'sub and aud must stay texts'
  | 'the token would be too large'

export type PatchOutcome =
  | { readonly outcome: 'patched'; readonly drafts: TokenDrafts }
  | { readonly outcome: 'refused'; readonly reason: PatchFault }

type Container = Record<string, unknown> | unknown[]

/** A draft on the way to another one; its claims are a copy. */
interface Working {
  readonly claims: Record<string, unknown>
  readonly custom: null
  lifetimeSeconds: number
}

interface Operation {
  readonly op: unknown
  readonly path: unknown
  readonly value?: unknown
}

const KINDS: ReadonlyMap<unknown, TokenKind> = new Map([
  ['com.okta.access.patch', 'access'],
  ['com.okta.identity.patch', 'identity'],
])

export function patchedDrafts(drafts: TokenDrafts, commands: readonly unknown[]): PatchOutcome {
  const changed = new Map<TokenKind, Working>()
  const fault = commandsFault(drafts, changed, commands) ?? resultFault(changed)
  return fault === null
    ? { outcome: 'patched', drafts: { ...drafts, ...Object.fromEntries(changed) } }
    : { outcome: 'refused', reason: fault }
}

/** A copy, in which a custom claim is one as any other. */
function together({ claims, custom, ...draft }: TokenDraft): Working {
  return { ...draft, claims: structuredClone({ ...claims, ...custom }), custom: null }
}

/** The copy of a draft that is worked on. */
function workingOf(changed: Map<TokenKind, Working>, kind: TokenKind, draft: TokenDraft): Working {
  const working = changed.get(kind) ?? together(draft)
  changed.set(kind, working)
  return working
}

/** Carries commands out, as far as the first that cannot be. */
function commandsFault(
  drafts: TokenDrafts,
  changed: Map<TokenKind, Working>,
  commands: readonly unknown[],
): PatchFault | null {
  if (!within(commands, limits.jsonDepthMax)) return 'the token would be too large'
  let operations = 0
  for (const command of commands) {
    if (!isObject(command) || !Array.isArray(command['value'])) return 'the command is not known'
    const kind = KINDS.get(command['type'])
    if (kind === undefined) return 'the command is not known'
    const draft = drafts[kind]
    if (draft === null) return 'the command is for a token that is not issued'
    const token = workingOf(changed, kind, draft)
    operations += command['value'].length
    if (operations > limits.hookOperationsMax) return 'there are too many operations'
    for (const operation of command['value'] as unknown[]) {
      const fault = operationFault(kind, token, operation)
      if (fault !== null) return fault
    }
  }
  return null
}

const LIFETIME = '/token/lifetime/expiration'

const isOperation = (value: unknown): value is Operation =>
  isObject(value) && Object.hasOwn(value, 'op') && Object.hasOwn(value, 'path')

function operationFault(kind: TokenKind, token: Working, operation: unknown): PatchFault | null {
  if (!isOperation(operation)) return 'the operation is not known'
  const edit = EDITS.get(operation.op)
  if (edit === undefined) return 'the operation is not known'
  const value = operation.value
  if (edit === remove && value !== undefined && value !== null)
    return 'the value of a removal must be null'
  if (edit !== remove && value === undefined) return 'the value is missing'
  if (operation.path === LIFETIME && edit !== remove) return lifetimeFault(token, value)
  const path = segmentsOf(operation.path)
  if (path === null) return 'the path leads nowhere'
  const [root, claim] = path
  if (root !== 'claims' || claim === undefined || claim === '') return 'the path leads nowhere'
  if (isReserved(kind, claim)) return 'the claim is reserved'
  const place = placeAt(token.claims, path.slice(1))
  return place !== null && edit(place.container, place.key, structuredClone(value))
    ? null
    : 'the path leads nowhere'
}

/** RFC 6901 §3 and §4. Null for what is no path, or leads deeper than anything does. */
function segmentsOf(path: unknown): readonly string[] | null {
  if (typeof path !== 'string' || !path.startsWith('/') || /~(?![01])/.test(path)) return null
  const segments = path.slice(1).split('/')
  if (segments.length > limits.jsonDepthMax) return null
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function lifetimeFault(token: Working, seconds: unknown): PatchFault | null {
  const { hookTokenSecondsMin: min, hookTokenSecondsMax: max } = limits
  if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < min || seconds > max)
    return 'the lifetime is out of bounds'
  token.lifetimeSeconds = seconds
  return null
}

/** Where the last segment stands. Null when something before it is not there, or holds nothing. */
function placeAt(
  claims: Record<string, unknown>,
  segments: readonly string[],
): { readonly container: Container; readonly key: string } | null {
  let container: Container = claims
  for (const segment of segments.slice(0, -1)) {
    const member: unknown = has(container, segment)
      ? (container as Record<string, unknown>)[segment]
      : undefined
    if (typeof member !== 'object' || member === null) return null
    container = member as Container
  }
  return { container, key: segments.at(-1) ?? '' }
}

/** RFC 6901 §4: no leading zeros. */
const indexOf = (key: string): number | null =>
  /^(0|[1-9]\d{0,6})$/.test(key) ? Number(key) : null

/** Own members only, and of a list its elements. */
const has = (container: Container, key: string): boolean =>
  Array.isArray(container)
    ? (indexOf(key) ?? Infinity) < container.length
    : Object.hasOwn(container, key)

/** A member of its own whatever its name: `__proto__` is assigned to otherwise. */
function define(container: Container, key: string, value: unknown): void {
  Object.defineProperty(container, key, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}

/** Changes what stands at a key. False: there is no such place. */
type Edit = (container: Container, key: string, value: unknown) => boolean

/** Before an element, behind the last with `-`; a member that is there is replaced. */
function add(container: Container, key: string, value: unknown): boolean {
  if (!Array.isArray(container)) {
    define(container, key, value)
    return true
  }
  const index = key === '-' ? container.length : (indexOf(key) ?? Infinity)
  if (index > container.length) return false
  container.splice(index, 0, value)
  return true
}

function replace(container: Container, key: string, value: unknown): boolean {
  if (!has(container, key)) return false
  define(container, key, value)
  return true
}

function remove(container: Container, key: string): boolean {
  if (!has(container, key)) return false
  if (Array.isArray(container)) container.splice(Number(key), 1)
  else Reflect.deleteProperty(container, key)
  return true
}

const EDITS: ReadonlyMap<unknown, Edit> = new Map<string, Edit>([
  ['add', add],
  ['replace', replace],
  ['remove', remove],
])

/** Of tokens that nobody could read, or that would not fit where tokens are presented. */
function resultFault(changed: ReadonlyMap<TokenKind, Working>): PatchFault | null {
  const access = changed.get('access')
  if (access !== undefined && !hasParties(access.claims)) return 'sub and aud must stay texts'
  return [...changed.values()].every(({ claims }) => isBounded(claims))
    ? null
    : 'the token would be too large'
}

const isText = (value: unknown): boolean =>
  typeof value === 'string' && value !== '' && value.length <= limits.uriCharactersMax

/** RFC 7519 §4.1.2 and §4.1.3. */
const hasParties = ({ sub, aud }: Readonly<Record<string, unknown>>): boolean =>
  isText(sub) && (isText(aud) || (Array.isArray(aud) && aud.length > 0 && aud.every(isText)))

const isBounded = (claims: Readonly<Record<string, unknown>>): boolean =>
  within(claims, limits.jsonDepthMax) &&
  utf8(JSON.stringify(claims)).length <= limits.hookedClaimsBytesMax
