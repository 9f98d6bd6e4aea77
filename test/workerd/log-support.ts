/** Reads the system log as its users do, and writes to it what a test needs to be there. */
import { env } from 'cloudflare:workers'
import { compositionOf } from '../../src/app.ts'
import { systemLogEvent, type Happening } from '../../src/domain/log-event.ts'
import type { SystemLogEvent } from '../../src/domain/system-log.ts'
import { writeEvents } from '../../src/store/system-log.ts'
import { api, type Json } from './support.ts'

export const LOGS = '/api/v1/logs'

export interface LogPage {
  readonly status: number
  readonly events: readonly Json[]
  readonly self: string | null
  readonly next: string | null
}

const linkOf = (header: string | null, rel: string): string | null =>
  [...(header ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)].find((match) => match[2] === rel)?.[1] ??
  null

/** One page, by its address or by parameters. */
export async function logPage(
  asked: string | Record<string, string | number> = {},
  authorization?: string,
): Promise<LogPage> {
  const path =
    typeof asked === 'string'
      ? asked
      : `${LOGS}?${new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)])).toString()}`
  const response = await api('GET', path, undefined, authorization)
  const link = response.headers.get('link')
  return {
    status: response.status,
    events: (await response.json()) as Json[],
    self: linkOf(link, 'self'),
    next: linkOf(link, 'next'),
  }
}

/** All pages of a bounded query; those of a query that polls until one is empty. */
export async function logPages(asked: Record<string, string | number>): Promise<readonly Json[][]> {
  const pages: Json[][] = []
  for (let page = await logPage(asked); ; page = await logPage(page.next)) {
    pages.push([...page.events])
    if (page.next === null || page.events.length === 0) return pages
  }
}

export const logEvents = async (
  filter: string,
  more: Record<string, string | number> = {},
): Promise<readonly Json[]> => (await logPage({ filter, ...more })).events

/** Writes what the isolate's buffer holds, as it does every ten seconds. */
export const flushLog = (): Promise<boolean> => compositionOf(env).protocol.ports.log.flush()

export const anEventAt = (published: number, changes: Partial<Happening> = {}): SystemLogEvent =>
  systemLogEvent(
    {
      eventType: 'test.event',
      displayMessage: 'Something is done',
      actor: { id: '00utest', type: 'User', alternateId: 'ann@example.com', displayName: 'Ann' },
      target: [],
      ...changes,
    },
    { type: 'WEB', id: 'req-test', caller: null },
    published,
  )

export const store = (...events: readonly SystemLogEvent[]): Promise<void> =>
  writeEvents(env.LOG_DB, events)
