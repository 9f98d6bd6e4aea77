/** What an isolate remembers has a bound in memory, however large servers and clients are. */
import { describe, expect, it } from 'vitest'
import type { Client } from '../../../src/domain/client.ts'
import { bytesOfServer, type CompiledServer } from '../../../src/issuer/compile.ts'
import { Steps } from '../../../src/claims/expression/steps.ts'
import { Remembered } from '../../../src/issuer/remembered.ts'
import { limits } from '../../../src/platform/limits.ts'
import { aClaim, aClient, aCompiledServer, aScope } from '../support/builders.ts'

const MIB = 1024 * 1024

const largeServer = (characters: number): CompiledServer =>
  aCompiledServer({ scopes: [aScope('large', { description: 'x'.repeat(characters) })] })

const largeClient = (characters: number): Client => aClient({ profile: { large: 'x'.repeat(characters) } }) // prettier-ignore

/** How many of so many things are known once all were put in. */
function known(kind: 'server' | 'client', value: CompiledServer | Client, count: number): number {
  const remembered = new Remembered()
  for (let at = 0; at < count; at++) remembered.put(kind, `${at}`, value as never, at)
  const last = remembered.get(kind, `${count - 1}`)
  expect(last?.value).toBe(value)
  return Array.from({ length: count }, (_, at) => remembered.get(kind, `${at}`)).filter(Boolean)
    .length
}

describe('what is large', () => {
  it('is remembered in smaller numbers: servers', () => {
    expect(known('server', aCompiledServer(), 500)).toBe(500)
    const few = known('server', largeServer(MIB), 50)
    expect(few).toBeGreaterThan(1)
    expect(few * MIB * 2).toBeLessThanOrEqual(limits.cachedBytesMax.servers)
  })

  it('is remembered in smaller numbers: clients', () => {
    expect(known('client', aClient(), 500)).toBe(500)
    const few = known('client', largeClient(MIB), 50)
    expect(few).toBeGreaterThan(1)
    expect(few * MIB * 2).toBeLessThanOrEqual(limits.cachedBytesMax.clients)
  })

  it('is remembered alone when it is larger than all may be', () => {
    expect(known('server', largeServer(limits.cachedBytesMax.servers), 3)).toBe(1)
  })
})

it('what patterns have kept since counts the next time that a server is put in', () => {
  const claim = { valueType: 'GROUPS', groupFilterType: 'REGEX', value: '(a|b|c)*d' } as const
  const server = aCompiledServer({ claims: [aClaim(claim)] })
  const [source] = server.claims.accessToken.map((compiled) => compiled.source)
  const before = bytesOfServer(server)
  if (source?.by !== 'groups') throw new Error('a claim of groups was expected')
  source.filter.matches('abcabcd', new Steps())
  expect(bytesOfServer(server)).toBeGreaterThan(before)
})

it('all that an isolate remembers leaves room for a hash of a password and for requests', () => {
  const caches = Object.values(limits.cachedBytesMax).reduce((sum, bytes) => sum + bytes, 0)
  expect(caches + limits.argon2MemoryKibMax * 1024).toBeLessThan(96 * MIB)
})
