/** The config plan: `oidcc-discovery-endpoint-verification`, at one server. */
import { describe, expect, it } from 'vitest'
import type { Json } from '../../json.ts'
import { expectKeys, expectMetadata } from './checker.ts'
import { ORIGIN, type Deployment, type Kind } from './deployment.ts'

export function configModules(deployed: () => Deployment, kind: Kind): void {
  const read = async (url: string): Promise<Json> => {
    const response = await deployed().send(url)
    expect([url, response.status]).toEqual([url, 200])
    expect(response.headers.get('content-type')).toMatch(/^application\/json\b/)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    return (await response.json()) as Json
  }
  const issuer = (): string => deployed().issuers[kind]
  const document = (): Promise<Json> => read(`${issuer()}/.well-known/openid-configuration`)

  describe('oidcc-discovery-endpoint-verification', () => {
    it('[OIDC-Discovery-4.3] oidcc-discovery-endpoint-verification: the issuer is the prefix of the document', async () => {
      expectMetadata(await document(), issuer())
    })

    it('[OIDC-Discovery-3] oidcc-discovery-endpoint-verification: what a client needs is told', async () => {
      const metadata = await document()
      expect(metadata).toMatchObject({
        response_types_supported: expect.arrayContaining(['code', 'id_token', 'id_token token']),
        response_modes_supported: expect.arrayContaining(['query', 'fragment', 'form_post']),
        grant_types_supported: expect.arrayContaining(['authorization_code', 'implicit']),
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: expect.arrayContaining(['RS256']),
        userinfo_signing_alg_values_supported: expect.arrayContaining(['RS256']),
        request_object_signing_alg_values_supported: expect.arrayContaining(['RS256']),
        scopes_supported: expect.arrayContaining(['openid', 'profile', 'email', 'offline_access']),
        claims_supported: expect.arrayContaining(['sub', 'iss', 'auth_time', 'name']),
        token_endpoint_auth_methods_supported: expect.arrayContaining([
          'client_secret_basic',
          'client_secret_post',
        ]),
        code_challenge_methods_supported: ['S256'],
        claims_parameter_supported: true,
        request_parameter_supported: true,
        authorization_response_iss_parameter_supported: true,
      })
      // Absent, it would mean true.
      expect(metadata['request_uri_parameter_supported']).toEqual(expect.any(Boolean))
      for (const name of ['ui_locales_supported', 'claims_locales_supported'])
        for (const tag of metadata[name] ?? [])
          expect(Intl.getCanonicalLocales(tag as string)).toEqual([tag])
    })

    it('[RFC7517-5] oidcc-discovery-endpoint-verification: the keys are public, each with its own name', async () => {
      const { jwks_uri: url } = await document()
      const keys = await expectKeys(await read(url))
      expect(keys.some(({ alg }) => alg === 'RS256')).toBe(true)
    })

    it('[RFC8414-3.1] every placement of the document says the same', async () => {
      const path = issuer().slice(ORIGIN.length)
      const inserted = await read(`${ORIGIN}/.well-known/openid-configuration${path}`)
      expect(inserted).toEqual(await document())
    })
  })
}
