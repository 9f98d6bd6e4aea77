/**
 * A client that proves itself by a secret, asked as often as in one isolate: what has proved right is told at once, and
 * opens nothing that it should not.
 */
import { beforeEach, describe, expect, it } from 'vitest'
import { authenticateClient } from '../../../src/clients/authenticate.ts'
import type { Client, ClientSecret } from '../../../src/domain/client.ts'
import { KeyEncryption } from '../../../src/platform/key-encryption.ts'
import { StorageUnavailable } from '../../../src/platform/storage-errors.ts'
import { aClient } from '../support/builders.ts'

const envelope = { format: 1, keyVersion: '1', iv: '', ciphertext: '' } as const

let keyEncryption: KeyEncryption
let first: ClientSecret
let second: ClientSecret

const stored = async (id: string, value: string): Promise<ClientSecret> => ({
  id,
  status: 'ACTIVE',
  mac: await keyEncryption.mac(value, 'client-secret-mac'),
  envelope,
})

const asked = (secret: string, secrets: readonly ClientSecret[], changes: Partial<Client> = {}) =>
  authenticateClient(
    { by: 'basic', clientId: 'client-1', secret },
    aClient({ secrets, ...changes }),
    { keyEncryption, outboundAllowedOrigins: [], nowSeconds: 0, audiences: [] },
  )

beforeEach(async () => {
  keyEncryption = KeyEncryption.parse(Buffer.alloc(32, 7).toString('base64'))!
  first = await stored('ocs1', 'the first secret')
  second = await stored('ocs2', 'the second secret')
})

describe('a secret', () => {
  it('is computed once, and from then on known at once', async () => {
    const before = asked('the second secret', [first, second])
    expect(before).toBeInstanceOf(Promise)
    expect(await before).toMatchObject({ client: { id: '0oa1' }, assertion: null })
    const after = asked('the second secret', [first, second])
    expect(after).not.toBeInstanceOf(Promise)
    expect(after).toEqual(await before)
  })

  it('that is wrong stays wrong when the right one has been seen', async () => {
    await asked('the first secret', [first, second])
    for (const wrong of ['', 'the first secreT', 'the first secret ', 'the first secre'])
      await expect(asked(wrong, [first, second])).rejects.toMatchObject({ reason: 'wrong_secret' })
  })

  it('is refused from when it is retired, whatever was seen of it', async () => {
    await asked('the first secret', [first, second])
    const retired = { ...first, status: 'INACTIVE' } as const
    await expect(asked('the first secret', [retired, second])).rejects.toMatchObject({ reason: 'wrong_secret' }) // prettier-ignore
    await expect(asked('the first secret', [second])).rejects.toMatchObject({ reason: 'wrong_secret' }) // prettier-ignore
    // Also where the record itself were changed, which nobody does.
    Object.assign(first, { status: 'INACTIVE' })
    await expect(asked('the first secret', [first, second])).rejects.toMatchObject({ reason: 'wrong_secret' }) // prettier-ignore
  })

  it('opens no inactive app, no other method and no other app', async () => {
    await asked('the first secret', [first])
    expect(() => asked('the first secret', [first], { status: 'INACTIVE' })).toThrow(
      expect.objectContaining({ reason: 'inactive_client' }),
    )
    expect(() => asked('the first secret', [first], { authMethod: 'client_secret_post' })).toThrow(
      expect.objectContaining({ reason: 'wrong_authentication_method' }),
    )
    const other = await stored('ocs3', 'of another app')
    await expect(asked('the first secret', [other])).rejects.toMatchObject({ reason: 'wrong_secret' }) // prettier-ignore
  })

  it('is found behind one whose key is away, before it was seen and after', async () => {
    const lost = { ...first, mac: first.mac.replace('1.', '9.') }
    for (let time = 0; time < 2; time++)
      expect(await asked('the second secret', [lost, second])).toMatchObject({ assertion: null })
    await expect(asked('the first secret', [lost, second])).rejects.toThrow(StorageUnavailable)
  })
})
