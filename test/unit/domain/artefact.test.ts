/** Codes, refresh tokens and session cookies: what comes back is what was handed out, or nothing. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArtefact, writeArtefact, type ArtefactKind } from '../../../src/domain/artefact.ts'
import { KeyEncryption } from '../../../src/platform/key-encryption.ts'
import { respelled } from '../../respelled.ts'

const key = (fill: number): string => Buffer.alloc(32, fill).toString('base64')
const keys = KeyEncryption.parse(key(1))!

const artefact = fc.record({
  userId: fc.string({ maxLength: 30 }),
  id: fc.string({ maxLength: 30 }),
  serverId: fc.string({ maxLength: 30 }),
  generation: fc.nat(),
  secret: fc.string({ maxLength: 43 }),
})

const kinds: readonly ArtefactKind[] = ['code', 'refresh-token', 'session']

const given = { userId: '00u1', id: 'oar1', serverId: 'aus1', generation: 1, secret: 'secret' }

describe('an artefact', () => {
  it('comes back as it was made, and fits into a cookie and a query as it is', () =>
    fc.assert(
      fc.asyncProperty(artefact, fc.constantFrom(...kinds), async (made, kind) => {
        const text = await writeArtefact(kind, made, keys)
        expect(text).toMatch(/^[\w.-]+$/)
        expect(await readArtefact(kind, text, keys)).toEqual(made)
      }),
    ))

  it('is nothing when it is of another kind, or one character is another, missing or too many', async () => {
    const text = await writeArtefact('code', given, keys)
    for (const kind of kinds.slice(1)) expect(await readArtefact(kind, text, keys)).toBeNull()
    expect(await readArtefact('code', respelled(text), keys)).toBeNull()
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom('', 'A', 'B', '.', '-', '%', '\u00e9', 'AA', ' ', '\t', '\n'),
        async (at, put) => {
          fc.pre(text[at] !== put)
          const other = text.slice(0, at) + put + text.slice(at + 1)
          expect(await readArtefact('code', other, keys)).toBeNull()
        },
      ),
    )
  })

  it('is nothing when it is anything else, and never a fault', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 3000 }), async (text) => {
        expect(await readArtefact('session', text, keys)).toBeNull()
      }),
    ))

  it('is good after the key was replaced, while the old key is still there', async () => {
    const text = await writeArtefact('session', given, keys)
    const set = (versions: object): KeyEncryption =>
      KeyEncryption.parse(JSON.stringify({ current: '2', keys: versions }))!
    expect(await readArtefact('session', text, set({ 1: key(1), 2: key(2) }))).toEqual(given)
    expect(await readArtefact('session', text, set({ 2: key(2) }))).toBeNull()
    expect(await readArtefact('session', text, set({ 1: key(3), 2: key(2) }))).toBeNull()
  })
})
