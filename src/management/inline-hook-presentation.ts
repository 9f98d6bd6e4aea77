/** An inline hook as the API shows it, without its secret, and as the log names it. */
import * as z from 'zod'
import { CHANNEL_VERSION, HOOK_TYPES, type InlineHook } from '../domain/inline-hook.ts'
import { lifecycleLinks, Link, StatusOutput, Timestamp } from '../domain/output.ts'
import { timestamp } from '../platform/clock.ts'
import type { Change } from './context.ts'

export const HOOKS_PATH = '/api/v1/inlineHooks'

export const InlineHookOutput = z
  .object({
    id: z.string(),
    status: StatusOutput,
    name: z.string(),
    type: z.enum(HOOK_TYPES),
    version: z.string(),
    channel: z.object({
      type: z.literal('HTTP'),
      version: z.string(),
      config: z.object({
        uri: z.url(),
        headers: z.array(z.object({ key: z.string(), value: z.string() })),
        method: z.literal('POST'),
        authScheme: z.object({ type: z.literal('HEADER'), key: z.string() }).nullable(),
      }),
    }),
    created: Timestamp,
    lastUpdated: Timestamp,
    _links: z.object({
      self: Link,
      execute: Link,
      ...lifecycleLinks,
      delete: Link.optional(),
    }),
  })
  .meta({ id: 'InlineHook' })

export function presentHook(hook: InlineHook, origin: string): z.input<typeof InlineHookOutput> {
  const self = `${origin}${HOOKS_PATH}/${hook.id}`
  const { uri, headers, secretHeader } = hook.channel
  return {
    id: hook.id,
    status: hook.status,
    name: hook.name,
    type: hook.type,
    version: hook.version,
    channel: {
      type: 'HTTP',
      version: CHANNEL_VERSION,
      config: {
        uri,
        headers: [...headers],
        method: 'POST',
        authScheme: secretHeader === null ? null : { type: 'HEADER', key: secretHeader },
      },
    },
    created: timestamp(hook.created),
    lastUpdated: timestamp(hook.lastUpdated),
    _links: {
      self: { href: self, hints: { allow: ['GET', 'POST', 'PUT'] } },
      execute: { href: `${self}/execute`, hints: { allow: ['POST'] } },
      ...(hook.status === 'ACTIVE'
        ? { deactivate: { href: `${self}/lifecycle/deactivate`, hints: { allow: ['POST'] } } }
        : {
            activate: { href: `${self}/lifecycle/activate`, hints: { allow: ['POST'] } },
            delete: { href: self, hints: { allow: ['DELETE'] } },
          }),
    },
  }
}

/** A change as the system log tells it. The URL is left out: it may hold a secret. */
export const hookChange = (hook: Pick<InlineHook, 'id' | 'name'>, verb: string): Change => ({
  eventType: `inline_hook.${verb}`,
  displayMessage: `Inline hook is ${verb}`,
  target: [{ id: hook.id, type: 'InlineHook', alternateId: null, displayName: hook.name }],
})
