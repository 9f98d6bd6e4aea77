/**
 * People at the benchmarked product: users with passwords and sessions, two apps, and for each the requests of every
 * flow. What a request needs (a code, a token, a sign-in that waits) comes from the product itself.
 */
import { basic, CALLBACK, ClientFlows, codeFlow, postForm, sendOne } from './client-flows.ts'
import { API_TOKEN, ORIGIN, type TokenEndpoint } from './endpoints.ts'
import { ManagementClient } from './management-client.ts'
import type { Flow, PreparedRequest } from './people-load.ts'

export const PASSWORD = 'Correct-Horse-7-battery'

type Rotation = 'ROTATE' | 'STATIC'

export interface People {
  /** Of everybody's session. */
  readonly cookies: readonly string[]
  /** What an app whose refresh tokens rotate asks, and one whose do not. */
  readonly flows: Readonly<Record<Rotation, ClientFlows>>
  /** `count` sign-ins that wait for their passwords, of everybody in turn. */
  readonly signIn: (count: number) => Promise<Flow>
}

export const cookiesOf = (answer: Response): string =>
  answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')

/** The form of the sign-in page that an app's request leads to, filled in by somebody with {@link PASSWORD}. */
export async function signInRequest(
  origin: string,
  flows: ClientFlows,
  login: string,
): Promise<PreparedRequest> {
  const answer = await sendOne(origin, flows.authorizeRequest(''))
  const location = new URL(answer.headers.get('location') ?? '', ORIGIN)
  const transaction = location.searchParams.get('transaction') ?? ''
  const form = { transaction, identifier: login, password: PASSWORD }
  return postForm(location.pathname, { cookie: cookiesOf(answer) }, form)
}

async function signIns(
  origin: string,
  flows: ClientFlows,
  logins: readonly string[],
): Promise<readonly PreparedRequest[]> {
  const requests: PreparedRequest[] = []
  for (const login of logins) requests.push(await signInRequest(origin, flows, login))
  return requests
}

/** The cookies of a session that begins with a sign-in. */
export async function signedInCookies(origin: string, request: PreparedRequest): Promise<string> {
  const cookie = cookiesOf(await sendOne(origin, request))
  if (!cookie.includes('session=')) throw new Error('a person could not sign in')
  return cookie
}

/** Creates apps and people beside what setUpProduct made, and signs everybody in; the flows are at `endpoint`'s server. */
export async function setUpPeople(
  origin: string,
  endpoint: TokenEndpoint,
  count: number,
): Promise<People> {
  const management = new ManagementClient(origin, API_TOKEN)
  const { pathname } = new URL(endpoint.issuer)
  const flowsOf = async (rotation: Rotation): Promise<ClientFlows> => {
    const { client_id, client_secret } = await management.createWebApp(CALLBACK, rotation)
    return new ClientFlows({
      token: `${pathname}/v1/token`,
      authorize: `${pathname}/v1/authorize`,
      userinfo: `${pathname}/v1/userinfo`,
      introspection: `${pathname}/v1/introspect`,
      authorization: basic(client_id, client_secret ?? ''),
      query: { client_id, scope: 'openid profile offline_access read' },
      form: {},
    })
  }
  const logins = Array.from({ length: count }, (_, index) => `person-${index}@bench.example`)
  for (const login of logins) await management.createUser(login, PASSWORD)
  const flows = { ROTATE: await flowsOf('ROTATE'), STATIC: await flowsOf('STATIC') }
  const cookies: string[] = []
  for (const request of await signIns(origin, flows.ROTATE, logins))
    cookies.push(await signedInCookies(origin, request))
  return {
    cookies,
    flows,
    signIn: async (times) => {
      const who = Array.from({ length: times }, (_, index) => logins[index % logins.length]!)
      return codeFlow(await signIns(origin, flows.ROTATE, who), 'once')
    },
  }
}
