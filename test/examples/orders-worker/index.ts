/**
 * An API that takes access tokens: a Worker with Hono that asks the `Verifier` of an Edgemint in the same account, over
 * a service binding. A token that was revoked is refused within a minute.
 *
 * To use it, copy hono.ts of `src/verifier` beside your own code, with the files of `src/verifier` and `src/platform`
 * that it imports, and let the imports below point there.
 */
import { Hono, type MiddlewareHandler } from 'hono'
import { requireAccessToken, type AccessTokenVariables } from '../../../src/verifier/hono.ts'
import type { AccessTokenVerifier, Expected } from '../../../src/verifier/verdict.ts'

/** What wrangler.toml gives this Worker. */
interface Bindings {
  readonly VERIFIER: AccessTokenVerifier
  readonly ISSUER: string
  readonly RESOURCE: string
}

interface Environment {
  Bindings: Bindings
  Variables: AccessTokenVariables
}

const METADATA = '/.well-known/oauth-protected-resource'
const READ = 'orders:read'
const WRITE = 'orders:write'

/**
 * Lets a request on if it has an access token of our issuer, for this API, that meets the demands of the route. Every
 * other request is answered here, with a challenge that tells the client what it takes (RFC 6750, 9470 and 9728).
 */
const demand =
  (demands: Pick<Expected, 'scopes' | 'acrValues' | 'maxAge'>): MiddlewareHandler<Environment> =>
  (c, next) =>
    requireAccessToken<Bindings>({
      issuer: c.env.ISSUER,
      audience: c.env.RESOURCE,
      resourceMetadata: c.env.RESOURCE + METADATA,
      verify: (token, expected) => c.env.VERIFIER.verify(token, expected),
      ...demands,
    })(c, next)

const app = new Hono<Environment>()

// Where a client that was refused learns which authorization server to go to (RFC 9728).
app.get(METADATA, (c) =>
  c.json({
    resource: c.env.RESOURCE,
    authorization_servers: [c.env.ISSUER],
    scopes_supported: [READ, WRITE],
    bearer_methods_supported: ['header'],
  }),
)

app.get('/orders', demand({ scopes: [READ] }), (c) =>
  c.json({ orders: [], readBy: c.get('accessToken').clientId }),
)

app.post('/orders', demand({ scopes: [WRITE] }), (c) =>
  c.json({ orderedBy: c.get('accessToken').subject }, 201),
)

// Money goes out: the person must have given the password within the last five minutes. If not, the client is told to
// send them to the authorization server again with these `acr_values` and this `max_age` (step-up, RFC 9470).
app.post(
  '/orders/:id/refund',
  demand({ scopes: [WRITE], acrValues: ['urn:okta:loa:1fa:pwd'], maxAge: 300 }),
  (c) => c.json({ refunded: c.req.param('id'), by: c.get('accessToken').subject }),
)

export default app
