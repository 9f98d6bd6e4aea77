/** Logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4), which servers post to an app when somebody leaves. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeJwt } from 'jose'
import type { Json } from '../../json.ts'
import { PASSWORD, type Org, type Person } from '../../browser/support/org.ts'

const CALLBACK = 'https://app.example/callback'

/** Of a browser. */
interface Session {
  readonly cookie: string
  /** The last ID token. */
  readonly hint: string
}

async function sessionTokenOf(origin: string, { login }: Person): Promise<string> {
  const response = await fetch(`${origin}/api/v1/authn`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: login, password: PASSWORD }),
  })
  return ((await response.json()) as Json)['sessionToken']
}

async function signIn(
  issuer: string,
  clientId: string,
  { cookie, sessionToken }: Session & { readonly sessionToken: string },
): Promise<Session> {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: 'id_token',
    scope: 'openid',
    redirect_uri: CALLBACK,
    nonce: 'nonce',
    state: 'state',
    prompt: 'none',
    ...(cookie === '' && { sessionToken }),
  })
  const response = await fetch(`${issuer}/v1/authorize?${query.toString()}`, {
    redirect: 'manual',
    headers: { cookie },
  })
  const location = response.headers.get('location') ?? ''
  const hint = new URLSearchParams(location.split('#')[1]).get('id_token')
  if (hint === null) throw new Error(`No ID token at ${issuer}: ${response.status} ${location}`)
  const cookies = response.headers.getSetCookie().map((text) => text.split(';')[0]!)
  return { cookie: [cookie, ...cookies].filter((one) => one !== '').join('; '), hint }
}

/** Where the app is told. */
export class LogoutTokens {
  readonly #server: Server
  readonly #byIssuer = new Map<string, (token: string) => void>()

  private constructor() {
    this.#server = createServer((request, response) => {
      let text = ''
      request.setEncoding('utf8')
      request.on('data', (chunk: string) => (text += chunk))
      request.on('end', () => {
        const token = new URLSearchParams(text).get('logout_token') ?? ''
        this.#byIssuer.get(decodeJwt(token).iss ?? '')?.(token)
        response.end()
      })
    })
  }

  static async start(): Promise<LogoutTokens> {
    const one = new LogoutTokens()
    await new Promise<void>((resolve) => one.#server.listen(0, '127.0.0.1', resolve))
    return one
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Somebody signs in at all issuers and out again. The tokens come in the order of the issuers. */
  async take(org: Org, origin: string, person: Person, issuers: readonly string[]) {
    const { clientId } = await org.app([CALLBACK], { backchannel_logout_uri: this.origin })
    const tokens = issuers.map(
      (issuer) => new Promise<string>((resolve) => this.#byIssuer.set(issuer, resolve)),
    )
    let session: Session = { cookie: '', hint: '' }
    const sessionToken = await sessionTokenOf(origin, person)
    for (const issuer of issuers)
      session = await signIn(issuer, clientId, { ...session, sessionToken })
    const { cookie, hint } = session
    const query = new URLSearchParams({ id_token_hint: hint })
    const logout = `${issuers.at(-1)}/v1/logout?${query.toString()}`
    const left = await (await fetch(logout, { headers: { cookie } })).text()
    if (!left.includes('signed-out')) throw new Error(`Nobody was signed out: ${left}`)
    return Promise.all(tokens)
  }
}
