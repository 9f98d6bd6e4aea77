/**
 * Creating and replacing an inline hook, and its secret. The value is only ever stored encrypted and shown to nobody;
 * so a channel that leads elsewhere must come with a new one, or whoever may write hooks could have it sent to
 * themselves.
 */
import {
  boundToHook,
  CHANNEL_VERSION,
  TOKEN_HOOK,
  type HookChannel,
  type InlineHook,
  type InlineHookPatch,
  type InlineHookReplacement,
} from '../domain/inline-hook.ts'
import { utf8 } from '../platform/encoding.ts'
import { isFetchable } from '../platform/guarded-fetch.ts'
import type { Envelope } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import { randomId } from '../platform/random.ts'
import { isLoopback } from '../platform/settings.ts'
import { invalid } from '../protocol/api-errors.ts'
import {
  bumpServersUsingHook,
  insertInlineHook,
  serversUsingHook,
  updateInlineHookFrom,
} from '../store/inline-hooks.ts'
import type { ManagementContext } from './context.ts'
import { hookChange } from './inline-hook-presentation.ts'
import { Overtaken } from './overtaken.ts'

type Config = InlineHookReplacement['channel']['config']

const channelOf = ({ uri, headers, authScheme }: Config): HookChannel => ({
  uri,
  headers: headers ?? [],
  secretHeader: authScheme?.key ?? null,
})

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/**
 * Whether a secret goes where it went before: the same header, to the same URL. Hosts are shared, and whose endpoint
 * it is may be told by the path or the query alone.
 */
const leadsToSamePlace = (channel: HookChannel, before: HookChannel): boolean =>
  channel.secretHeader !== null &&
  before.secretHeader !== null &&
  same(channel.secretHeader, before.secretHeader) &&
  URL.parse(channel.uri)?.href === URL.parse(before.uri)?.href

/** A hook that has itself executed would call itself without end. Whoever tries things out on a machine may. */
function leadsBack(uri: string, origin: string): boolean {
  const { hostname } = new URL(origin)
  return !isLoopback(hostname) && URL.parse(uri)?.hostname.replace(/\.+$/, '') === hostname
}

/** Throws E0000001 for a channel through which nothing could be asked. */
function checkChannel(
  channel: HookChannel,
  hasSecret: boolean,
  { ports }: ManagementContext,
): void {
  const { uri, headers, secretHeader } = channel
  const { origin, outboundAllowedOrigins } = ports.settings
  const faults: string[] = []
  if (!isFetchable(uri, outboundAllowedOrigins))
    faults.push('channel.config.uri: must be an https URL with a public host name')
  if (leadsBack(uri, origin)) faults.push('channel.config.uri: must not lead back to this org')
  const names = [...headers.map(({ key }) => key), ...(secretHeader === null ? [] : [secretHeader])]
  if (new Set(names.map((name) => name.toLowerCase())).size < names.length)
    faults.push('channel.config.headers: must not name a header twice')
  if (secretHeader !== null && !hasSecret)
    faults.push(
      'channel.config.authScheme.value: must be given when the secret or where it is sent to is new',
    )
  if (faults.length > 0) throw invalid('channel', ...faults)
}

const sealed = (id: string, value: string, { ports }: ManagementContext): Promise<Envelope> =>
  ports.settings.keyEncryption.seal(utf8(value), 'hook-secret', boundToHook(id))

/** The channel and the secret that a hook has after a write. */
async function planned(
  id: string,
  { config }: InlineHookReplacement['channel'],
  before: InlineHook | null,
  context: ManagementContext,
): Promise<Pick<InlineHook, 'channel' | 'secret'>> {
  const channel = channelOf(config)
  const value = config.authScheme?.value
  const kept = before !== null && leadsToSamePlace(channel, before.channel) ? before.secret : null
  checkChannel(channel, value !== undefined || kept !== null, context)
  const secret = value === undefined ? kept : await sealed(id, value, context)
  return { channel, secret }
}

export async function createHook(
  input: InlineHookReplacement,
  context: ManagementContext,
): Promise<InlineHook> {
  const { db, nowSeconds } = context
  const id = randomId('cal')
  const hook: InlineHook = {
    id,
    name: input.name,
    type: TOKEN_HOOK,
    version: input.version,
    status: 'ACTIVE',
    ...(await planned(id, input.channel, null, context)),
    created: nowSeconds,
    lastUpdated: nowSeconds,
  }
  await context.commitOr(
    invalid('inlineHook', `inlineHook: There are at most ${limits.inlineHooksMax} inline hooks`),
    [insertInlineHook(db, hook)],
    hookChange(hook, 'created'),
  )
  return hook
}

export async function replaceHook(
  before: InlineHook,
  input: InlineHookReplacement,
  context: ManagementContext,
): Promise<InlineHook> {
  const { db, nowSeconds } = context
  const hook: InlineHook = {
    ...before,
    name: input.name,
    version: input.version,
    ...(await planned(before.id, input.channel, before, context)),
    lastUpdated: nowSeconds,
  }
  await context.commitOr(
    new Overtaken('inline hook'),
    [updateInlineHookFrom(db, before, hook)],
    { ...hookChange(hook, 'updated'), serverIds: await serversUsingHook(db, hook.id) },
    [bumpServersUsingHook(db, hook.id)],
  )
  return hook
}

/** What a hook would be replaced with so that only what a patch names changes. */
export function patchedHook(
  { name, version, channel: { uri, headers, secretHeader } }: InlineHook,
  patch: InlineHookPatch,
): InlineHookReplacement {
  const config = patch.channel?.config ?? {}
  const authScheme = secretHeader === null ? null : { type: 'HEADER', key: secretHeader }
  return {
    name: patch.name ?? name,
    version: patch.version ?? version,
    channel: {
      type: 'HTTP',
      version: CHANNEL_VERSION,
      config: {
        uri: config.uri ?? uri,
        headers: config.headers === undefined ? [...headers] : config.headers,
        authScheme: config.authScheme === undefined ? authScheme : config.authScheme,
      },
    },
  }
}
