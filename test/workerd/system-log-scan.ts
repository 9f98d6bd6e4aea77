/**
 * What the system log holds after a file of tests is looked at as lines for the operator are: its readers are no
 * holders of anybody's secrets. So is what still waits in the isolate or in the outbox.
 */
import { env } from 'cloudflare:workers'
import { afterAll } from 'vitest'
import { refuseSecrets } from '../secrets.ts'
import { flushLog } from './log-support.ts'

/** What events name tokens, keys and sessions by: as random as a secret, but nothing takes it for one. */
const NAMES: readonly RegExp[] = [
  /"(AT|ID)\.[\w-]{43}(\.\w+)?"/g,
  // Thumbprints of public keys.
  /"(kid|previousKid)":"[\w-]{43}"/g,
  /"type":"JsonWebKey","alternateId":"[\w-]{43}","displayName":"[\w-]{43}"/g,
  // An id of the sessions API, in the path of its request. It ends in `,"",0,""]`, so that it holds no secret.
  /[\w-]{40,}LCIiLDAsIiJd\.\w{1,8}\.[\w-]{43}/g,
]

const withoutNames = (text: string): string =>
  NAMES.reduce((rest, name) => rest.replaceAll(name, ''), text)

/** Throws when an event holds a secret, whether it is kept or still waits. */
export async function refuseLoggedSecrets(): Promise<void> {
  await flushLog()
  const { results: kept } = await env.LOG_DB.prepare('SELECT document AS text FROM events').all()
  const { results: waiting } = await env.DB.prepare('SELECT payload AS text FROM outbox').all()
  const texts = [...kept, ...waiting].map(({ text }) => withoutNames(String(text)))
  refuseSecrets(texts, 'the system log')
}

afterAll(refuseLoggedSecrets)
