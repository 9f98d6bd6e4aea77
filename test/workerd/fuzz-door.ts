/** The Worker as fuzzing asks it: what a request led to is seen, by calls of storage and by lines for the operator. */
import { createExecutionContext } from 'cloudflare:test'
import { vi } from 'vitest'
import worker from '../../src/index.ts'
import { answerOf } from '../fuzz/requests/answers.ts'
import type { Ask } from '../fuzz/requests/run.ts'
import { counted, operations } from './counting.ts'
import { ORIGIN } from './support.ts'

const env = { ...counted, ORIGIN }

const ADDRESS = '198.51.100.7'

const lines: string[] = []

/**
 * Before anything else is asked: what is written for the operator is kept here until the next request, and the Worker
 * composes itself on bindings that count, which it does once for an origin and a key, whoever asks. Nothing goes out.
 */
export async function listen(): Promise<void> {
  await ask(new Request(`${ORIGIN}/signin`))
  vi.stubGlobal('fetch', async () => Response.json({ commands: [] }))
  for (const level of ['error', 'warn'] as const)
    console[level] = (...written: readonly unknown[]) => {
      lines.push(
        written.map((one) => (one instanceof Error ? (one.stack ?? '') : String(one))).join(' '),
      )
    }
}

export const ask: Ask = async (request) => {
  lines.length = 0
  // Wrong passwords are counted by address, and the next world is signed in to from another.
  if (!request.headers.has('cf-connecting-ip')) request.headers.set('cf-connecting-ip', ADDRESS)
  const began = performance.now()
  let response: Response | undefined
  const asked = await operations(async () => {
    response = await worker.fetch(request as never, env, createExecutionContext())
  })
  const milliseconds = performance.now() - began
  return { answer: await answerOf(response!, asked, [...lines]), milliseconds }
}
