/**
 * What the system log holds after a file of tests is looked at as lines for the operator are: its readers are no
 * holders of anybody's secrets. So is what still waits in the isolate or in the outbox.
 */
import { env } from 'cloudflare:workers'
import { afterAll } from 'vitest'
import { refuseSecrets } from '../secrets.ts'
import { flushLog } from './log-support.ts'

/** The `jti` by which an event names a token: as random as a secret, but nothing takes it for one. */
const TOKEN_NAME = /"(AT|ID)\.[\w-]{43}(\.\w+)?"/g

afterAll(async () => {
  await flushLog()
  const { results: kept } = await env.LOG_DB.prepare('SELECT document AS text FROM events').all()
  const { results: waiting } = await env.DB.prepare('SELECT payload AS text FROM outbox').all()
  const texts = [...kept, ...waiting].map(({ text }) => String(text).replaceAll(TOKEN_NAME, '""'))
  refuseSecrets(texts, 'the system log')
})
