/** Keys that access tokens are encrypted to. */
import { expect } from 'vitest'
import { exportJWK, generateKeyPair } from 'jose'
import { all, expectGone, expectNothing, type Life, type World } from './life.ts'

async function live({ client, unique }: World): Promise<void> {
  const server = await client['authorizationServerApi'].createAuthorizationServer({
    authorizationServer: { name: unique('encrypted'), audiences: ['api://sdk'] },
  })
  const at = { authServerId: server.id as string }
  const api = client['oauth2ResourceServerCredentialsKeysApi']
  const aKey = async (kid: string) => {
    const { publicKey } = await generateKeyPair('RSA-OAEP-256', { extractable: true })
    const { n, e } = await exportJWK(publicKey)
    return api.addOAuth2ResourceServerJsonWebKey({
      ...at,
      oAuth2ResourceServerJsonWebKeyRequestBody: { kid, kty: 'RSA', use: 'enc', status: 'INACTIVE', n, e }, // prettier-ignore
    })
  }
  const [one, other] = [await aKey('one'), await aKey('other')]
  const here = { ...at, keyId: one.id as string }
  expect(one).toMatchObject({ kid: 'one', status: 'INACTIVE', use: 'enc' })
  expect(await api.getOAuth2ResourceServerJsonWebKey(here)).toMatchObject({ id: one.id, n: one.n })
  const statuses = async (): Promise<unknown> =>
    Object.fromEntries(
      (await all(api.listOAuth2ResourceServerJsonWebKeys(at))).map((key) => [
        key['kid'],
        key['status'],
      ]),
    )
  expect((await api.activateOAuth2ResourceServerJsonWebKey(here)).status).toBe('ACTIVE')
  await api.activateOAuth2ResourceServerJsonWebKey({ ...at, keyId: other.id })
  expect(await statuses()).toEqual({ one: 'INACTIVE', other: 'ACTIVE' })
  await api.deactivateOAuth2ResourceServerJsonWebKey({ ...at, keyId: other.id })
  expect(await statuses()).toEqual({ one: 'INACTIVE', other: 'INACTIVE' })
  await expectNothing(api.deleteOAuth2ResourceServerJsonWebKey(here))
  await expectGone(api.getOAuth2ResourceServerJsonWebKey(here))
  await client['authorizationServerApi'].deleteAuthorizationServer(at)
}

export const resourceServerKeyLives: readonly Life[] = [{ name: 'a resource server key', live }]
