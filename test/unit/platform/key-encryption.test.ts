/** The key encryption key: what is a key or a key set, what an envelope is bound to, and how versions live together. */
import { describe, expect, it } from 'vitest'
import { base64url, utf8, utf8Decode } from '../../../src/platform/encoding.ts'
import { KeyEncryption } from '../../../src/platform/key-encryption.ts'
import { StorageUnavailable } from '../../../src/platform/storage-errors.ts'

const key = (fill: number, length = 32): string => Buffer.alloc(length, fill).toString('base64')

const keySet = (current: string, keys: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ current, keys })

function parsed(text: string): KeyEncryption {
  const keyEncryption = KeyEncryption.parse(text)
  if (keyEncryption === null) throw new Error('not a key')
  return keyEncryption
}

const OLD = parsed(keySet('1', { 1: key(1) }))
const BOTH = parsed(keySet('2', { 1: key(1), 2: key(2) }))
const NEW = parsed(keySet('2', { 2: key(2) }))

describe('KEY_ENCRYPTION_KEY', () => {
  it('is 32 bytes in base64, which are version 1', () => {
    expect(parsed(key(7)).currentVersion).toBe('1')
    expect(parsed(` ${key(7)}\n`).versions).toEqual(['1'])
  })

  it('is a set of versions with the one to write with', () => {
    expect(BOTH.currentVersion).toBe('2')
    expect(BOTH.versions).toEqual(['1', '2'])
    expect(parsed(`\n${keySet('b_-1', { 'b_-1': key(3) })}`).currentVersion).toBe('b_-1')
  })

  it.each([
    ['nothing', ''],
    ['31 bytes', key(1, 31)],
    ['33 bytes', key(1, 33)],
    ['text that is not base64', '!'.repeat(44)],
    ['the URL alphabet', Buffer.alloc(32, 0xfb).toString('base64url')],
    ['broken JSON', '{"current":"1"'],
    ['an empty object', '{}'],
    ['a set without keys', '{"current":"1"}'],
    ['a set whose keys are null', '{"current":"1","keys":null}'],
    ['a set whose keys are text', '{"current":"1","keys":"1"}'],
    ['a current version without a key', keySet('2', { 1: key(1) })],
    ['a current version that is a number', `{"current":1,"keys":{"1":"${key(1)}"}}`],
    ['a current version named like a property of Object', keySet('constructor', { 1: key(1) })],
    ['one short key among good ones', keySet('1', { 1: key(1), 2: key(2, 16) })],
    ['one key that is not text', keySet('1', { 1: key(1), 2: 2 })],
    ['a version with a dot', keySet('1', { 1: key(1), '1.5': key(2) })],
    ['a version that is empty', keySet('', { '': key(1) })],
    ['a version of 17 characters', keySet('1', { 1: key(1), ['v'.repeat(17)]: key(2) })],
  ])('is not %s', (_, text) => {
    expect(KeyEncryption.parse(text)).toBeNull()
  })
})

describe('envelopes', () => {
  const secret = utf8('the secret of a client')

  it('open with what they were sealed with', async () => {
    const sealed = await OLD.seal(secret, 'client-secret', ['0oa1', 's1'])
    expect(utf8Decode(await OLD.open(sealed, 'client-secret', ['0oa1', 's1']))).toBe(
      'the secret of a client',
    )
  })

  it.each([
    ['another part', 'client-secret', ['0oa2', 's1']],
    ['parts in another order', 'client-secret', ['s1', '0oa1']],
    ['a part less', 'client-secret', ['0oa1']],
    ['a part more', 'client-secret', ['0oa1', 's1', '']],
    ['parts run together', 'client-secret', ['0oa1s1']],
    ['another purpose', 'signing-key', ['0oa1', 's1']],
  ] as const)('do not open with %s', async (_, purpose, bound) => {
    const sealed = await OLD.seal(secret, 'client-secret', ['0oa1', 's1'])
    await expect(OLD.open(sealed, purpose, bound)).rejects.toThrow()
  })

  it('do not open when a byte of them was changed', async () => {
    const sealed = await OLD.seal(secret, 'client-secret', ['0oa1'])
    const bytes = Buffer.from(sealed.ciphertext, 'base64url')
    bytes[0]! ^= 1
    const changed = { ...sealed, ciphertext: base64url(bytes) }
    await expect(OLD.open(changed, 'client-secret', ['0oa1'])).rejects.toThrow()
    await expect(OLD.open({ ...sealed, iv: '!' }, 'client-secret', ['0oa1'])).rejects.toThrow()
  })

  it('name the version they were made with, and it still opens them after a change', async () => {
    const old = await OLD.seal(secret, 'client-secret', ['x'])
    expect(old).toMatchObject({ format: 1, keyVersion: '1' })
    expect((await BOTH.seal(secret, 'client-secret', ['x'])).keyVersion).toBe('2')
    expect(await BOTH.open(old, 'client-secret', ['x'])).toEqual(secret)
  })

  it('do not open once their version is gone, nor under another name of it', async () => {
    const old = await OLD.seal(secret, 'client-secret', ['x'])
    await expect(NEW.open(old, 'client-secret', ['x'])).rejects.toThrow('no version "1"')
    const renamed = { ...old, keyVersion: '2' }
    await expect(BOTH.open(renamed, 'client-secret', ['x'])).rejects.toThrow()
  })

  it('never repeat, even for the same secret', async () => {
    const [first, second] = await Promise.all([
      OLD.seal(secret, 'client-secret', ['x']),
      OLD.seal(secret, 'client-secret', ['x']),
    ])
    expect(first.iv).not.toBe(second.iv)
    expect(first.ciphertext).not.toBe(second.ciphertext)
  })
})

describe('wrapped signing keys', () => {
  const ES256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
  const bound = ['aus1', 'kid1', 'ES256']
  const pair = crypto.subtle.generateKey(ES256, true, ['sign', 'verify']) as Promise<CryptoKeyPair>
  const wrapped = pair.then(({ privateKey }) => OLD.wrap(privateKey, 'signing-key', bound))

  it('come out as keys that sign but cannot be exported', async () => {
    const key = await OLD.unwrap(await wrapped, 'signing-key', bound, ES256)
    expect(key.extractable).toBe(false)
    expect(key.usages).toEqual(['sign'])
    await expect(crypto.subtle.exportKey('jwk', key)).rejects.toThrow()
    const by = { name: 'ECDSA', hash: 'SHA-256' }
    const signature = await crypto.subtle.sign(by, key, utf8('x'))
    const { publicKey } = await pair
    expect(await crypto.subtle.verify(by, publicKey, signature, utf8('x'))).toBe(true)
  })

  it('do not show the private key', async () => {
    const { privateKey } = await pair
    const { d } = (await crypto.subtle.exportKey('jwk', privateKey)) as JsonWebKey
    expect(JSON.stringify(await wrapped)).not.toContain(d)
  })

  it.each([
    ['another server', ['aus2', 'kid1', 'ES256']],
    ['another kid', ['aus1', 'kid2', 'ES256']],
    ['another algorithm', ['aus1', 'kid1', 'RS256']],
    ['nothing', []],
  ])('do not come out bound to %s', async (_, other) => {
    await expect(OLD.unwrap(await wrapped, 'signing-key', other, ES256)).rejects.toThrow()
  })

  it('do not come out for another purpose, nor without their version', async () => {
    await expect(OLD.unwrap(await wrapped, 'client-secret', bound, ES256)).rejects.toThrow()
    await expect(NEW.unwrap(await wrapped, 'signing-key', bound, ES256)).rejects.toThrow()
  })

  it('come out after the current version has changed', async () => {
    const key = await BOTH.unwrap(await wrapped, 'signing-key', bound, ES256)
    expect(key.type).toBe('private')
  })
})

describe('MACs', () => {
  const purpose = 'client-secret-mac'

  it('name their version and match only their value', async () => {
    const mac = await OLD.mac('value', purpose)
    expect(mac).toMatch(/^1\.[\w-]{43}$/)
    expect(await OLD.macMatches('value', purpose, mac)).toBe(true)
    expect(await OLD.macMatches('Value', purpose, mac)).toBe(false)
    expect(await OLD.macMatches('', purpose, mac)).toBe(false)
  })

  it('match only for their purpose', async () => {
    const mac = await OLD.mac('value', purpose)
    expect(await OLD.macMatches('value', 'api-token-mac', mac)).toBe(false)
  })

  it('of an old version still match after the current one has changed', async () => {
    const mac = await OLD.mac('value', purpose)
    expect(await BOTH.macMatches('value', purpose, mac)).toBe(true)
    expect(await BOTH.mac('value', purpose, '1')).toBe(mac)
    expect(await BOTH.mac('value', purpose)).toMatch(/^2\./)
  })

  it('under another version do not match', async () => {
    const mac = await OLD.mac('value', purpose)
    expect(await BOTH.macMatches('value', purpose, mac.replace('1.', '2.'))).toBe(false)
  })

  it('of a version that is missing are a fault of storage, no verdict', async () => {
    const mac = await OLD.mac('value', purpose)
    for (const [keys, stored] of [
      [NEW, mac],
      [BOTH, mac.replace('1.', 'constructor.')],
    ] as const)
      await expect(keys.macMatches('value', purpose, stored)).rejects.toThrow(StorageUnavailable)
    const sealed = await OLD.seal(new Uint8Array(3), 'client-secret', ['x'])
    await expect(NEW.open(sealed, 'client-secret', ['x'])).rejects.toThrow(StorageUnavailable)
  })

  it.each(['', '.', '1.', '1', 'x', '1.short', `1.${'!'.repeat(43)}`, '.'.repeat(50)])(
    'stored as %j never match',
    async (stored) => {
      expect(await OLD.macMatches('value', purpose, stored)).toBe(false)
    },
  )

  it('do not match without their dot', async () => {
    const mac = await OLD.mac('value', purpose)
    expect(await OLD.macMatches('value', purpose, mac.slice(2))).toBe(false)
  })

  it('of a client secret give the same verdict each time, and each of its own', async () => {
    const one = { mac: await OLD.mac('one', purpose) }
    const other = { mac: await OLD.mac('two', purpose) }
    for (let time = 0; time < 3; time++) {
      expect(await OLD.isClientSecret('one', one)).toBe(true)
      expect(await OLD.isClientSecret('two', other)).toBe(true)
      expect(await OLD.isClientSecret('two', one)).toBe(false)
      expect(await OLD.isClientSecret('one', other)).toBe(false)
      expect(await OLD.isClientSecret('', one)).toBe(false)
      expect(await BOTH.isClientSecret('one', one)).toBe(true)
      await expect(NEW.isClientSecret('one', one)).rejects.toThrow(StorageUnavailable)
    }
    const otherPurpose = { mac: await OLD.mac('one', 'api-token-mac') }
    expect(await OLD.isClientSecret('one', otherPurpose)).toBe(false)
    expect(await OLD.isClientSecret('one', { mac: '1.short' })).toBe(false)
  })

  it('of a client secret are not asked again for what has proved right, and for nothing else', async () => {
    const secret = 'sécret \u{1f511}'
    const wrong = ['', 'sécret \u{1f510}', `${secret} `, secret.slice(0, -2), 'secret \u{1f511}', 'sécret \ud83d'] // prettier-ignore
    const stored = { mac: await OLD.mac(secret, purpose) }
    const alike = { ...stored }
    expect(OLD.isProvenSecret(secret, stored)).toBe(false)
    for (const value of wrong) {
      expect(await OLD.isClientSecret(value, stored)).toBe(false)
      expect(OLD.isProvenSecret(value, stored)).toBe(false)
    }
    expect(OLD.isProvenSecret(secret, stored)).toBe(false)

    expect(await OLD.isClientSecret(secret, stored)).toBe(true)
    for (const value of wrong) expect(await OLD.isClientSecret(value, stored)).toBe(false)
    expect(OLD.isProvenSecret(secret, stored)).toBe(true)
    for (const value of wrong) expect(OLD.isProvenSecret(value, stored)).toBe(false)
    // The record of another app, or of the same one read again, knows nothing of it; nor does another key.
    expect(OLD.isProvenSecret(secret, alike)).toBe(false)
    expect(BOTH.isProvenSecret(secret, stored)).toBe(false)
  })

  it('cannot be made under a version that is not known', async () => {
    await expect(OLD.mac('value', purpose, '9')).rejects.toThrow('no version "9"')
  })
})
