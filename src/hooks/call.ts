/**
 * One call of a hook's endpoint: once, within the bounds of the guarded fetch, and never retried, since a person waits.
 * What comes back is a document of the right form, word that nothing changes, or why there is neither.
 */
import { boundToHook, type InlineHook } from '../domain/inline-hook.ts'
import { isObject, parseJson, utf8Decode, within } from '../platform/encoding.ts'
import { guardedPost } from '../platform/guarded-fetch.ts'
import { limits } from '../platform/limits.ts'
import type { Settings } from '../platform/settings.ts'
import { StorageUnavailable } from '../platform/storage-errors.ts'
import { unlessBusy } from './under-way.ts'

type Outbound = Pick<Settings, 'keyEncryption' | 'outboundAllowedOrigins'>

/** What an endpoint answers; nothing is known yet of what its members hold. */
export interface HookDocument {
  readonly commands?: readonly unknown[] | null
  readonly error?: Readonly<Record<string, unknown>> | null
}

/** Why an answer is none, as the log tells it. */
export type HookFailure =
  | 'the address must not be asked'
  | 'the answer is a redirect'
  | 'the answer is too large'
  | 'the endpoint did not answer in time'
  | 'the endpoint could not be reached'
  | `the endpoint answered with status ${number}`
  | 'the answer is not JSON'
  | 'the answer is not of the form that hooks have'

export type HookAnswer =
  | { readonly outcome: 'answered'; readonly document: HookDocument }
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'failed'; readonly reason: HookFailure }
  /** The endpoint was not asked. */
  | { readonly outcome: 'busy'; readonly reason: typeof BUSY }

const BUSY = 'too many calls are under way'

const REFUSALS = {
  address: 'the address must not be asked',
  redirects: 'the answer is a redirect',
  size: 'the answer is too large',
  timeout: 'the endpoint did not answer in time',
  failed: 'the endpoint could not be reached',
} as const

/** As long as a snapshot lives, which is seconds. */
const opened = new WeakMap<InlineHook, Promise<string | null>>()

/** The secret that a hook's endpoint is shown; null when there is none. Throws StorageUnavailable. */
export function hookSecret(hook: InlineHook, outbound: Outbound): Promise<string | null> {
  let secret = opened.get(hook)
  if (secret === undefined) {
    secret = open(hook, outbound)
    opened.set(hook, secret)
    secret.catch(() => opened.delete(hook))
  }
  return secret
}

async function open(
  { id, secret }: InlineHook,
  { keyEncryption }: Outbound,
): Promise<string | null> {
  if (secret === null) return null
  try {
    return utf8Decode(await keyEncryption.open(secret, 'hook-secret', boundToHook(id)))
  } catch (cause) {
    if (cause instanceof StorageUnavailable) throw cause
    throw new StorageUnavailable('the secret of an inline hook', cause)
  }
}

/** Throws nothing but StorageUnavailable, when the hook's secret cannot be had. */
export async function callHook(
  hook: InlineHook,
  request: unknown,
  outbound: Outbound,
): Promise<HookAnswer> {
  const { uri, headers, secretHeader } = hook.channel
  const secret = await hookSecret(hook, outbound)
  const sent = Object.fromEntries([
    ...headers.map(({ key, value }) => [key, value] as const),
    ...(secretHeader !== null && secret !== null ? [[secretHeader, secret] as const] : []),
  ])
  const answer = await unlessBusy(hook.id, () =>
    guardedPost(uri, request, sent, outbound.outboundAllowedOrigins),
  )
  if (answer === null) return { outcome: 'busy', reason: BUSY }
  if (answer.outcome === 'refused') return failed(REFUSALS[answer.reason])
  if (answer.status === 204) return { outcome: 'unchanged' }
  if (answer.status !== 200) return failed(`the endpoint answered with status ${answer.status}`)
  const document = answer.isJson ? parseJson(answer.body) : undefined
  if (document === undefined) return failed('the answer is not JSON')
  return isHookDocument(document)
    ? { outcome: 'answered', document }
    : failed('the answer is not of the form that hooks have')
}

const failed = (reason: HookFailure): HookAnswer => ({ outcome: 'failed', reason })

function isHookDocument(value: unknown): value is HookDocument {
  if (!isObject(value) || !within(value, limits.jsonDepthMax)) return false
  const { commands, error } = value
  return (
    (commands === undefined || commands === null || Array.isArray(commands)) &&
    (error === undefined || error === null || isObject(error))
  )
}
