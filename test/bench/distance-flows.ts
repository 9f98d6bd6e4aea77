/**
 * The requests whose round trips are counted, each made anew every time by the running product, and how many trips the
 * design lets it wait for.
 */
import {
  basic,
  CALLBACK,
  ClientFlows,
  documentFlow,
  postForm,
  sendOne,
  tokenFlow,
} from './client-flows.ts'
import { withAssertion } from './counting.ts'
import { API_TOKEN, createAssertionClient, setUpProduct, type TokenEndpoint } from './endpoints.ts'
import type { TokenRequest } from './load.ts'
import { ManagementClient } from './management-client.ts'
import { setUpPeople } from './people-flows.ts'
import type { Flow, PreparedRequest } from './people-load.ts'

export interface DistantFlow {
  readonly name: string
  /** Made while nothing is away; what it needs is made with it. */
  readonly request: () => Promise<PreparedRequest>
  /** What a good answer looks like, head and body; a regular expression. */
  readonly good: string
  /** What the design says; null: nothing. */
  readonly trips: { readonly warm: number; readonly cold: number } | null
}

const prepared = ({ url, authorization, form }: TokenRequest): PreparedRequest =>
  postForm(
    new URL(url).pathname,
    authorization === '' ? {} : { authorization },
    Object.fromEntries(new URLSearchParams(form)),
  )

const first = ({ requests }: Flow): PreparedRequest => requests[0]!

async function machineFlows(
  origin: string,
  endpoint: TokenEndpoint,
): Promise<readonly DistantFlow[]> {
  const { clientId, privateKey } = await createAssertionClient(origin)
  const { pathname } = new URL(endpoint.issuer)
  const documents = [
    ['discovery', documentFlow(`${pathname}/.well-known/openid-configuration`, 'jwks_uri')],
    ['JWKS', documentFlow(`${pathname}/v1/keys`, 'keys')],
  ] as const
  const { good } = tokenFlow([], 'once')
  return [
    {
      name: 'client_credentials with a secret',
      request: async () => prepared(endpoint.request),
      good,
      trips: { warm: 0, cold: 1 },
    },
    {
      name: 'client_credentials with an assertion',
      request: async () => prepared(await withAssertion(endpoint, clientId, privateKey)),
      good,
      trips: { warm: 1, cold: 2 },
    },
    ...documents.map(([name, flow]) => ({
      name,
      request: async () => first(flow),
      good: flow.good,
      trips: { warm: 0, cold: 1 },
    })),
  ]
}

/** What a person's app asks, at one server. */
function personFlows(
  origin: string,
  at: string,
  flows: ClientFlows,
  cookies: readonly string[],
): readonly DistantFlow[] {
  const code = async (): Promise<string> => {
    const back = await sendOne(origin, first(flows.authorize(cookies)))
    return /[?&]code=([^&]+)/.exec(back.headers.get('location') ?? '')?.[1] ?? ''
  }
  const tokens = async () => (await flows.given(origin, cookies))[0]!
  const oneCall = { warm: 1, cold: 2 }
  return [
    {
      name: `authorize with a session${at}`,
      request: async () => first(flows.authorize(cookies)),
      good: flows.authorize([]).good,
      trips: { warm: 2, cold: 3 },
    },
    {
      name: `code redemption${at}`,
      request: async () => first(flows.redeem([await code()])),
      good: flows.redeem([]).good,
      trips: oneCall,
    },
    {
      name: `refresh${at}`,
      request: async () => first(flows.refresh([(await tokens()).refresh_token], true)),
      good: flows.refresh([], true).good,
      trips: oneCall,
    },
    {
      name: `userinfo${at}`,
      request: async () => first(flows.userinfo([(await tokens()).access_token])),
      good: flows.userinfo([]).good,
      trips: oneCall,
    },
    {
      name: `introspection${at}`,
      request: async () => first(flows.introspect([(await tokens()).access_token])),
      good: flows.introspect([]).good,
      trips: oneCall,
    },
  ]
}

/** A web app of the org server. */
async function orgFlows(origin: string): Promise<ClientFlows> {
  const management = new ManagementClient(origin, API_TOKEN)
  const { client_id, client_secret } = await management.createWebApp(CALLBACK, 'ROTATE')
  return new ClientFlows({
    token: '/oauth2/v1/token',
    authorize: '/oauth2/v1/authorize',
    userinfo: '/oauth2/v1/userinfo',
    introspection: '/oauth2/v1/introspect',
    authorization: basic(client_id, client_secret ?? ''),
    query: { client_id, scope: 'openid profile offline_access' },
    form: {},
  })
}

/** An org with a server, apps and a person, and everything that is asked there. */
export async function setUpDistance(origin: string): Promise<readonly DistantFlow[]> {
  const { ES256 } = await setUpProduct(origin)
  const people = await setUpPeople(origin, ES256, 1)
  const { cookies, signIn, flows } = people
  const asked = await signIn(1)
  return [
    ...(await machineFlows(origin, ES256)),
    ...personFlows(origin, '', flows.ROTATE, cookies),
    ...personFlows(origin, ', org server', await orgFlows(origin), cookies),
    {
      name: 'sign-in with a password',
      request: async () => first(await signIn(1)),
      good: asked.good,
      trips: null,
    },
  ]
}
