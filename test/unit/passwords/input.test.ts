/** `credentials.password` in a request: what is said, what is stored of an imported hash, and a cause for each field. */
import { describe, expect, it } from 'vitest'
import { parseBody } from '../../../src/management/body.ts'
import { PasswordInput } from '../../../src/passwords/input.ts'
import { parsePhc } from '../../../src/passwords/phc.ts'
import { ApiError } from '../../../src/protocol/api-errors.ts'
import type { Json } from '../../json.ts'

const bytes = (length: number): string => Buffer.alloc(length, 7).toString('base64')

const BCRYPT = {
  algorithm: 'BCRYPT',
  workFactor: 10,
  salt: 'qRRx8rli7Lvs2h2CNgCQ2O',
  value: 'mVA2NDdomRGoGFrAXDZcno0OZ6CoOU2',
}
const SHA256 = { algorithm: 'SHA-256', salt: bytes(8), saltOrder: 'PREFIX', value: bytes(32) }
const PBKDF2 = {
  algorithm: 'PBKDF2',
  digestAlgorithm: 'SHA256_HMAC',
  iterationCount: 100_000,
  keySize: 32,
  salt: bytes(16),
  value: bytes(32),
}

const read = (input: unknown): unknown => PasswordInput.parse(input)

const stored = (hash: Json): string | undefined => {
  const given = PasswordInput.parse({ hash })
  return given.kind === 'imported' ? given.stored : undefined
}

function causes(input: unknown): readonly string[] {
  try {
    parseBody(PasswordInput, input, 'password')
  } catch (error) {
    if (error instanceof ApiError && error.code === 'E0000001') return error.causes
    throw error
  }
  return []
}

const hashCauses = (hash: Json): readonly string[] => causes({ hash })

describe('the password in a request', () => {
  it('is a value, a hash, or nothing', () => {
    expect(read({ value: 'Correct7' })).toEqual({ kind: 'plain', value: 'Correct7' })
    expect(read({ hash: BCRYPT })).toMatchObject({ kind: 'imported' })
    expect(read({})).toEqual({ kind: 'absent' })
    expect(read({ value: null, hash: null, hook: null })).toEqual({ kind: 'absent' })
  })

  it('is not both, and not a hook', () => {
    expect(causes({ value: 'Correct7', hash: BCRYPT })).toEqual([
      'hash: a password is given as a value or as a hash, not as both',
    ])
    expect(causes({ hook: { type: 'default' } })).toEqual([
      'hook: password import hooks are not supported',
    ])
  })

  it.each([[{ value: 7 }], [{ value: '' }], [{ value: 'x'.repeat(1025) }], [{ value: ['x'] }]])(
    'is bounded text: %j',
    (input) => {
      expect(causes(input)).toEqual([expect.stringMatching(/^value: /)])
    },
  )
})

describe('an imported hash', () => {
  it('is stored with its algorithm and parameters, in a form that can be read again', () => {
    expect(stored(BCRYPT)).toBe('$bcrypt$r=10$qRRx8rli7Lvs2h2CNgCQ2O$mVA2NDdomRGoGFrAXDZcno0OZ6CoOU2') // prettier-ignore
    expect(stored({ ...SHA256, saltOrder: 'POSTFIX' })).toBe(
      `$sha-256$o=POSTFIX$BwcHBwcHBwc$${bytes(32).replace('=', '')}`,
    )
    expect(stored({ algorithm: 'MD5', value: bytes(16) })).toBe('$md5$$BwcHBwcHBwcHBwcHBwcHBw')
    expect(stored(PBKDF2)).toBe(
      `$pbkdf2-sha-256$i=100000,l=32$BwcHBwcHBwcHBwcHBwcHBw$${bytes(32).replace('=', '')}`,
    )
    for (const hash of [BCRYPT, SHA256, PBKDF2]) expect(parsePhc(stored(hash) ?? '')).not.toBeNull()
  })

  it('names an algorithm', () => {
    const cause = 'hash.algorithm: must be one of BCRYPT, MD5, PBKDF2, SHA-1, SHA-256, SHA-512'
    for (const algorithm of ['ARGON2', 'bcrypt', '__proto__', 'toString', null, 7])
      expect(hashCauses({ ...BCRYPT, algorithm })).toEqual([cause])
    expect(hashCauses({})).toEqual([cause])
  })

  it.each([
    ['workFactor', { ...BCRYPT, workFactor: 3 }],
    ['workFactor', { ...BCRYPT, workFactor: 15 }],
    ['workFactor', { ...BCRYPT, workFactor: '10' }],
    ['workFactor', { ...BCRYPT, workFactor: undefined }],
    ['salt', { ...BCRYPT, salt: 'qRRx8rli7Lvs2h2CNgCQ2' }],
    ['salt', { ...BCRYPT, salt: 'qRRx8rli7Lvs2h2CNgCQ2+' }],
    ['salt', { ...BCRYPT, salt: undefined }],
    ['value', { ...BCRYPT, value: `${BCRYPT.value}x` }],
    ['value', { ...BCRYPT, value: undefined }],
    ['saltOrder', { ...SHA256, saltOrder: undefined }],
    ['saltOrder', { ...SHA256, saltOrder: 'prefix' }],
    ['salt', { ...SHA256, salt: 'not base64!' }],
    ['salt', { ...SHA256, salt: '' }],
    ['salt', { ...SHA256, salt: bytes(513) }],
    ['value', { ...SHA256, value: bytes(31) }],
    ['value', { ...SHA256, value: bytes(33) }],
    ['value', { ...SHA256, value: Buffer.alloc(32, 7).toString('hex') }],
    ['value', { ...SHA256, algorithm: 'SHA-512' }],
    ['value', { ...SHA256, algorithm: 'SHA-1' }],
    ['value', { ...SHA256, algorithm: 'MD5' }],
    ['digestAlgorithm', { ...PBKDF2, digestAlgorithm: 'SHA1_HMAC' }],
    ['iterationCount', { ...PBKDF2, iterationCount: 4095 }],
    ['iterationCount', { ...PBKDF2, iterationCount: 100_001 }],
    ['iterationCount', { ...PBKDF2, iterationCount: 5000.5 }],
    ['keySize', { ...PBKDF2, keySize: 15 }],
    ['keySize', { ...PBKDF2, keySize: 513 }],
    ['salt', { ...PBKDF2, salt: undefined }],
    ['value', { ...PBKDF2, keySize: 33 }],
    ['value', { ...PBKDF2, value: undefined }],
  ] as readonly (readonly [string, Json])[])(
    'is refused with a cause for %s: %j',
    (field, hash) => {
      expect(hashCauses(hash)[0]).toMatch(new RegExp(`^hash\\.${field}: `))
    },
  )

  it('is taken at the bounds', () => {
    for (const workFactor of [4, 14])
      expect(stored({ ...BCRYPT, workFactor })).toContain(`$r=${workFactor}$`)
    expect(stored({ ...PBKDF2, iterationCount: 4096 })).toContain('i=4096')
    expect(stored({ ...PBKDF2, keySize: 16, value: bytes(16) })).toContain('l=16')
    expect(stored({ ...PBKDF2, keySize: 512, value: bytes(512) })).toContain('l=512')
  })

  it('says why production could not verify more rounds', () => {
    expect(hashCauses({ ...PBKDF2, iterationCount: 600_000 })).toEqual([
      'hash.iterationCount: must be at most 100000, the most that can be verified here',
    ])
  })
})

describe('the stored form', () => {
  it.each([
    '',
    'password',
    '$argon2id',
    '$argon2id$v=19$m=19456,t=2,p=1$salt',
    '$argon2id$v=19$m=19456,t=2,p=1$salt$',
    '$Argon2id$v=19$m=1$salt$hash',
    '$argon2id$v=19$m=19456,t=2,p=1$sa lt$hash',
    '$argon2id$v=19$m=19456,t=2,p=1$salt$hash$more',
    ' $md5$$aGFzaA',
  ])('is not %j', (text) => {
    expect(parsePhc(text)).toBeNull()
  })

  it('gives its parameters without a prototype', () => {
    const phc = parsePhc('$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA')
    expect({ ...phc?.parameters }).toEqual({ v: '19', m: '19456', t: '2', p: '1' })
    expect(phc).toMatchObject({ name: 'argon2id', salt: 'c2FsdA', hash: 'aGFzaA' })
    expect(phc?.parameters['constructor']).toBeUndefined()
  })
})
