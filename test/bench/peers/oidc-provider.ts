/**
 * oidc-provider as its documentation starts it, with its adapter in memory and one confidential client. It says where
 * it listens as one line of JSON.
 */
import type { AddressInfo, Server } from 'node:net'
import type { PeerReady } from '../peer.ts'

/** Its types are not installed with the product's. */
interface Provider {
  listen(port: number, host: string, done: () => void): Server
}
type ProviderClass = new (issuer: string, configuration: object) => Provider

const PACKAGE: string = 'oidc-provider'
const { default: OidcProvider }: { default: ProviderClass } = await import(PACKAGE)

const client = { clientId: 'bench', clientSecret: 'secret-of-the-bench-0123456789-abcdefgh' }
const provider = new OidcProvider('http://127.0.0.1', {
  clients: [
    {
      client_id: client.clientId,
      client_secret: client.clientSecret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      scope: 'read',
    },
  ],
  scopes: ['read'],
  ttl: { ClientCredentials: 24 * 3600 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
  },
})

const server = provider.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  const ready: PeerReady = {
    token: `${origin}/token`,
    introspection: `${origin}/token/introspection`,
    ...client,
  }
  console.log(JSON.stringify(ready))
})
