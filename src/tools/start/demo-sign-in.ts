/**
 * The demo app that people sign in for, and the address that begins it: a native app, public and with PKCE, which
 * takes its code at any port of the loopback interface (RFC 8252 §7.3). What exists is never written over.
 */
import type { CallManagement } from './management.ts'

const CLIENT_ID = 'demo-native-app'

/** The challenge of RFC 7636 Appendix B, so that whoever copies the address finds its verifier in a book. */
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const APP = {
  name: 'oidc_client',
  label: 'Demo native app',
  signOnMode: 'OPENID_CONNECT',
  credentials: { oauthClient: { client_id: CLIENT_ID, token_endpoint_auth_method: 'none' } },
  settings: {
    // Everybody has it, the administrator too.
    implicitAssignment: true,
    oauthClient: {
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      redirect_uris: ['http://127.0.0.1/callback'],
    },
  },
}

const REQUEST = new URLSearchParams({
  client_id: CLIENT_ID,
  response_type: 'code',
  scope: 'openid profile email offline_access',
  redirect_uri: 'http://127.0.0.1:8788/callback',
  state: 'demo',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
})

const PATH = `/oauth2/default/v1/authorize?${REQUEST.toString().replaceAll('+', '%20')}`

/** The address that shows the sign-in page. It is tried before it is printed. */
export async function ensureSignInDemo(
  listening: string,
  origin: string,
  call: CallManagement,
): Promise<string> {
  if (!(await leadsToSignIn(listening))) await call('POST', '/api/v1/apps', APP)
  return (await leadsToSignIn(listening))
    ? origin + PATH
    : `(the demo app ${CLIENT_ID} was changed; create an app with a redirect URI, then open ${origin}/oauth2/default/v1/authorize)`
}

async function leadsToSignIn(listening: string): Promise<boolean> {
  const response = await fetch(listening + PATH, { redirect: 'manual' })
  await response.arrayBuffer()
  return new URL(response.headers.get('location') ?? '/', listening).pathname === '/signin'
}
