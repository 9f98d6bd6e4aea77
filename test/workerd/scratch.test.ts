/** The runtime's WebCrypto may be given bytes that are overwritten as soon as it returns its promise. */
import { describe, expect, it } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../src/domain/authorization-server.ts'
import { algorithmRow } from '../../src/keys/algorithms.ts'
import { utf8 } from '../../src/platform/encoding.ts'
import { briefUtf8 } from '../../src/platform/scratch.ts'

const TEXTS = Array.from({ length: 20 }, (_, index) => `${index} é€😀`.repeat(index * 40 + 1))

describe('[WebCrypto-14.3] brief bytes', () => {
  it.each(SIGNING_ALGORITHMS)('are what %s signs', async (alg) => {
    const { generate, sign } = algorithmRow(alg)
    const { privateKey, publicKey } = (await crypto.subtle.generateKey(generate, false, ['sign', 'verify'])) as CryptoKeyPair // prettier-ignore
    const signatures = await Promise.all(
      TEXTS.map((text) => {
        const promise = crypto.subtle.sign(sign, privateKey, briefUtf8(text))
        briefUtf8('overwritten '.repeat(400))
        return promise
      }),
    )
    for (const [index, text] of TEXTS.entries())
      expect(await crypto.subtle.verify(sign, publicKey, signatures[index]!, utf8(text))).toBe(true)
  })

  it('are what a MAC is compared with', async () => {
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', new Uint8Array(32), hmac, false, ['sign', 'verify']) // prettier-ignore
    const macs = await Promise.all(TEXTS.map((text) => crypto.subtle.sign('HMAC', key, utf8(text))))
    const compared = (shift: number): Promise<readonly boolean[]> =>
      Promise.all(
        TEXTS.map((text, index) => {
          const mac = macs[(index + shift) % TEXTS.length]!
          const promise = crypto.subtle.verify('HMAC', key, mac, briefUtf8(text))
          briefUtf8('overwritten '.repeat(400))
          return promise
        }),
      )
    expect(await compared(0)).toEqual(TEXTS.map(() => true))
    expect(await compared(1)).toEqual(TEXTS.map(() => false))
  })
})
