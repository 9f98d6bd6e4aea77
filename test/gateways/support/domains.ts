/** Makes security domains in an org, with a token of each kind for every one. */
import type { Json } from '../../json.ts'
import { Org, PASSWORD, type Person } from '../../browser/support/org.ts'
import { AUDIENCE, mint, post, SCOPE, type Domain, type Machine } from './domain.ts'
import { forged } from './forged.ts'
import type { LogoutTokens } from './logout-tokens.ts'

const SERVERS = '/api/v1/authorizationServers'

/** What the documents of some consumers ask for. */
const PROFILES: ReadonlyMap<string, Json> = new Map([
  ['haproxy', { accessTokenProfile: 'RFC9068' }],
  ['express', { accessTokenProfile: 'RFC9068' }],
])

const GRANTS = ['client_credentials', 'password', 'authorization_code', 'implicit']

/** Who asks for tokens. */
interface Clients {
  readonly machine: Machine
  /** Its tokens have expired when they are minted. */
  readonly late: Machine
  /** An app that takes passwords, which is the short way to the tokens of a person. */
  readonly app: Machine
  readonly person: Person
}

const machine = async (org: Org): Promise<Machine> => {
  const { clientId, clientSecret: secret } = await org.app([], {
    application_type: 'service',
    grant_types: ['client_credentials'],
    response_types: ['token'],
  })
  return { clientId, secret }
}

async function clientsOf(org: Org): Promise<Clients> {
  const { clientId, clientSecret: secret } = await org.app(['http://127.0.0.1/callback'], {
    application_type: 'native',
    grant_types: ['authorization_code', 'password', 'refresh_token'],
    response_types: ['code'],
  })
  return {
    machine: await machine(org),
    late: await machine(org),
    app: { clientId, secret },
    person: await org.person(),
  }
}

interface Server {
  readonly id: string
  readonly issuer: string
}

async function server(org: Org, body: Json, late?: Machine): Promise<Server> {
  const { id, issuer } = await org.call('POST', SERVERS, body)
  for (const scope of [SCOPE, 'orders:write'])
    await org.call('POST', `${SERVERS}/${id}/scopes`, { name: scope })
  for (const [policyName, client] of [
    ...(late === undefined ? [] : [['late', late.clientId]]),
    ['all', 'ALL_CLIENTS'],
  ]) {
    const policy = await org.call('POST', `${SERVERS}/${id}/policies`, {
      type: 'OAUTH_AUTHORIZATION_POLICY',
      name: policyName,
      description: policyName,
      priority: policyName === 'late' ? 1 : 2,
      conditions: { clients: { include: [client] } },
    })
    await org.call('POST', `${SERVERS}/${id}/policies/${policy['id']}/rules`, {
      type: 'RESOURCE_ACCESS',
      name: policyName,
      conditions: {
        people: { groups: { include: ['EVERYONE'] } },
        grantTypes: { include: GRANTS },
        scopes: { include: ['*'] },
      },
      actions: { token: { accessTokenLifetimeMinutes: 60 } },
    })
  }
  return { id, issuer }
}

/** No rule of the management API makes a token that has expired. */
const EXPIRE = `UPDATE policy_rules
  SET actions = json_set(actions, '$.token.accessTokenLifetimeMinutes', -10) WHERE name = 'late'`

/** One for each name. `execute` runs statements on the configuration of the org, which posts `logoutTokens`. */
export async function makeDomains<Name extends string>(
  names: readonly Name[],
  origin: string,
  execute: (sql: string) => Promise<void>,
  logoutTokens: LogoutTokens,
): Promise<Record<Name, Domain>> {
  const org = new Org(origin)
  const clients = await clientsOf(org)
  const { person } = clients
  const credentials = { grant_type: 'password', username: person.login, password: PASSWORD }
  const foreign = await server(org, { name: 'billing', audiences: [AUDIENCE] })
  const shared = {
    'of another issuer': await mint(foreign.issuer, clients.machine),
    'of the org server': (
      await post(`${origin}/oauth2/v1/token`, clients.app, { ...credentials, scope: 'openid' })
    )['access_token'] as string,
  }
  const opened = await Promise.all(
    names.map(async (name) => {
      const body = { name, ...PROFILES.get(name) }
      const { id, issuer } = await server(org, { ...body, audiences: ['api://old'] }, clients.late)
      return { body, name, id, issuer, old: await mint(issuer, clients.machine) }
    }),
  )
  await execute(EXPIRE)
  const issuers = opened.map(({ issuer }) => issuer)
  const left = await logoutTokens.take(org, origin, person, issuers)
  const domains = opened.map(async ({ body, name, id, issuer, old }, index) => {
    await org.call('PUT', `${SERVERS}/${id}`, { ...body, audiences: [AUDIENCE] })
    const good = await mint(issuer, clients.machine)
    const scope = `openid offline_access ${SCOPE}`
    const answer = await post(`${issuer}/v1/token`, clients.app, { ...credentials, scope })
    const refused = {
      ...shared,
      expired: await mint(issuer, clients.late),
      'of another audience': old,
      'an ID token': answer['id_token'] as string,
      'a refresh token': answer['refresh_token'] as string,
      'a logout token': left[index]!,
      ...(await forged(issuer, good, shared['of another issuer'])),
    } satisfies Domain['refused']
    const { machine, app } = clients
    return [name, { id, issuer, machine, app, good, refused }] as const
  })
  return Object.fromEntries(await Promise.all(domains)) as Record<Name, Domain>
}
