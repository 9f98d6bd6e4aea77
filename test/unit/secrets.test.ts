/** The scan of what the product writes finds every kind of secret, and takes nothing for one that operators are told. */
import { randomBytes } from 'node:crypto'
import { generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { writeArtefact } from '../../src/domain/artefact.ts'
import { KeyEncryption } from '../../src/platform/key-encryption.ts'
import { randomAlphanumeric, randomToken } from '../../src/platform/random.ts'
import { testBindings } from '../bindings.ts'
import { refuseSecrets, secretsIn } from '../secrets.ts'

const line = (value: string): string =>
  JSON.stringify({ level: 'error', what: 'storage', cause: `Error: near ${value}` })

describe('a line for the operator', () => {
  it.each<[string, () => string | Promise<string>]>([
    [
      'an access token',
      async () =>
        new SignJWT({ scp: ['read'] })
          .setProtectedHeader({ alg: 'ES256' })
          .sign((await generateKeyPair('ES256')).privateKey),
    ],
    [
      'a code',
      () =>
        writeArtefact(
          'code',
          { userId: 'u', id: 'i', serverId: 's', generation: 0, secret: randomToken() },
          KeyEncryption.parse(testBindings.KEY_ENCRYPTION_KEY)!,
        ),
    ],
    ['a client secret', () => randomAlphanumeric(64)],
    ['a code verifier', () => randomToken()],
    ['the password of a person', () => 'Correct-Horse-7-battery'],
    ['the key of keys', () => testBindings.KEY_ENCRYPTION_KEY],
    ['an API token in its header', () => 'SSWS 00abcdef123456'],
    ['Basic credentials', () => `Basic ${btoa('client:secret')}`],
    ['a hash of a password', () => '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA'],
    ['a query', () => '/callback?code=abcdef123&state=x'],
    ['a private key', () => `{"kty":"EC","d":"${randomBytes(32).toString('base64url')}"}`],
  ])('that holds %s is found', async (_, secret) => {
    const value = line(await secret())
    expect(secretsIn(value)).not.toEqual([])
    const refuse = (): void => refuseSecrets([line('nothing'), value], 'the Worker')
    expect(refuse).toThrow(/^the Worker wrote /)
    expect(refuse).not.toThrow(await secret())
  })

  it.each([
    '{"level":"error","what":"storage","serverId":"default","cause":"Error: D1_ERROR: Network connection lost."}',
    '{"level":"error","what":"unexpected","errorId":"oaeAbCdEfGhIjKlMnOpQrStUv","path":"/api/v1/users/00u1abcDEF2ghiJKL3mn/lifecycle/deactivate"}',
    '{"level":"error","what":"storage","requestId":"reqAbCdEfGh1234567890abcd","cause":"Error: no such table: group_members: SQLITE_ERROR"}',
    '[wrangler:info] POST /oauth2/default/v1/token 200 OK (12ms)',
    'Sign in with a password at http://localhost:8787/signin',
  ])('that tells what happened is none: %s', (told) => {
    expect(secretsIn(told)).toEqual([])
  })
})
