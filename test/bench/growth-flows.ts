/** What is asked of an org with so many authorization servers, clients and users, each time of others of them. */
import { basic, CALLBACK, ClientFlows, sendOne, type GivenTokens } from './client-flows.ts'
import { API_TOKEN, setUpProduct } from './endpoints.ts'
import { copiedClient, fill, grownAuthorization, grownClientId, grownLogin, grownServerPath, grownTokenRequest, type CopiedClient } from './growth-fill.ts' // prettier-ignore
import { ManagementClient } from './management-client.ts'
import { PASSWORD, signedInCookies, signInRequest } from './people-flows.ts'
import type { PreparedRequest } from './people-load.ts'
import type { BenchServer } from './server.ts'

export interface GrownFlow {
  readonly name: string
  /** How many are asked of in one round. */
  readonly samples: number
  readonly request: (sample: number) => Promise<PreparedRequest>
}

const ORIGINAL = 'original@grown.example'
const SAMPLES = 12
/** A sign-in is a password hash and little else. */
const SIGN_INS = 4
/** Of the users, those that are asked about: each has signed in. */
const PEOPLE = 4
/** A prime, so that samples lie all over the numbers. */
const STRIDE = 48_611

/** An app of the copies, at the copied server of the same number. */
function flowsOf(client: CopiedClient, at: number): ClientFlows {
  const path = grownServerPath(at)
  return new ClientFlows({
    token: `${path}/v1/token`,
    authorize: `${path}/v1/authorize`,
    userinfo: `${path}/v1/userinfo`,
    introspection: `${path}/v1/introspect`,
    authorization: grownAuthorization(client, at),
    query: { client_id: grownClientId(client, at), scope: 'openid profile offline_access read' },
    form: {},
  })
}

/** Fills an empty org with `size` of everything. */
export async function setUpGrown(server: BenchServer, size: number): Promise<readonly GrownFlow[]> {
  const { origin, miniflare } = server
  const { ES256: endpoint } = await setUpProduct(origin)
  const management = new ManagementClient(origin, API_TOKEN)
  await management.createUser(ORIGINAL, PASSWORD)
  const web = await management.createWebApp(CALLBACK, 'ROTATE')
  const machine = copiedClient('m', endpoint.request.authorization)
  const app = copiedClient('w', basic(web.client_id, web.client_secret ?? ''))
  await fill(miniflare, { endpoint, clients: [machine, app], login: ORIGINAL }, size)
  const pick = (sample: number): number => (sample * STRIDE) % size

  const cookies: string[] = []
  for (let index = 0; index < Math.min(PEOPLE, size); index++) {
    const login = grownLogin(pick(index))
    const request = await signInRequest(origin, flowsOf(app, pick(index)), login)
    cookies.push(await signedInCookies(origin, request))
  }
  const cookie = (sample: number): string => cookies[sample % cookies.length]!
  const flowsAt = (sample: number): ClientFlows => flowsOf(app, pick(sample))
  const tokens = async (sample: number): Promise<GivenTokens> =>
    (await flowsAt(sample).given(origin, [cookie(sample)]))[0]!
  const code = async (sample: number): Promise<string> => {
    const back = await sendOne(origin, flowsAt(sample).authorizeRequest(cookie(sample)))
    return /[?&]code=([^&]+)/.exec(back.headers.get('location') ?? '')?.[1] ?? ''
  }
  return [
    {
      name: 'client_credentials',
      samples: SAMPLES,
      request: async (sample) => grownTokenRequest(machine, pick(sample)),
    },
    {
      name: 'authorize with a session',
      samples: SAMPLES,
      request: async (sample) => flowsAt(sample).authorizeRequest(cookie(sample)),
    },
    {
      name: 'code redemption',
      samples: SAMPLES,
      request: async (sample) => flowsAt(sample).redeem([await code(sample)]).requests[0]!,
    },
    {
      name: 'refresh',
      samples: SAMPLES,
      request: async (sample) =>
        flowsAt(sample).refresh([(await tokens(sample)).refresh_token], true).requests[0]!,
    },
    {
      name: 'userinfo',
      samples: SAMPLES,
      request: async (sample) =>
        flowsAt(sample).userinfo([(await tokens(sample)).access_token]).requests[0]!,
    },
    {
      name: 'introspection',
      samples: SAMPLES,
      request: async (sample) =>
        flowsAt(sample).introspect([(await tokens(sample)).access_token]).requests[0]!,
    },
    {
      name: 'sign-in',
      samples: SIGN_INS,
      request: (sample) => signInRequest(origin, flowsAt(sample), grownLogin(pick(sample))),
    },
  ]
}
