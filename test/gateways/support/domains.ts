/** Makes security domains in an org, with a token of each kind for every one. */
import {
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type JsonWebKey,
} from 'node:crypto'
import type { Json } from '../../json.ts'
import { Org, PASSWORD, type Person } from '../../browser/support/org.ts'
import { AUDIENCE, mint, post, SCOPE, type Domain, type Fault, type Machine } from './domain.ts'

const SERVERS = '/api/v1/authorizationServers'

/** What the documents of some consumers ask for. */
const PROFILES: ReadonlyMap<string, Json> = new Map([
  ['haproxy', { accessTokenProfile: 'RFC9068' }],
  ['express', { accessTokenProfile: 'RFC9068' }],
])

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
    grant_types: ['authorization_code', 'password'],
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
  await org.call('POST', `${SERVERS}/${id}/scopes`, { name: SCOPE })
  await org.call('POST', `${SERVERS}/${id}/scopes`, { name: 'orders:write' })
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
        grantTypes: { include: ['client_credentials', 'password', 'authorization_code'] },
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

const part = (json: Json): string => Buffer.from(JSON.stringify(json)).toString('base64url')

/** The claims of a token below signatures that are not the server's. */
async function forged(issuer: string, token: string) {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Json
  const { keys } = (await (await fetch(`${issuer}/v1/keys`)).json()) as { keys: JsonWebKey[] }
  const key = keys.find((one) => one['kid'] === kid)!
  const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
  const symmetric = `${part({ alg: 'HS256', kid })}.${claims}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const other = sign('sha256', Buffer.from(`${header}.${claims}`), privateKey)
  return {
    truncated: `${header}.${claims}.${signature.slice(0, -4)}`,
    'with alg none': `${part({ alg: 'none' })}.${claims}.`,
    'signed with the public key as a secret': `${symmetric}.${createHmac('sha256', pem).update(symmetric).digest('base64url')}`,
    'signed by somebody else': `${header}.${claims}.${other.toString('base64url')}`,
  } satisfies Partial<Record<Fault, string>>
}

/** One for each name. `execute` runs statements on the configuration of the org. */
export async function makeDomains<Name extends string>(
  names: readonly Name[],
  origin: string,
  execute: (sql: string) => Promise<void>,
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
  const domains = opened.map(async ({ body, name, id, issuer, old }) => {
    await org.call('PUT', `${SERVERS}/${id}`, { ...body, audiences: [AUDIENCE] })
    const good = await mint(issuer, clients.machine)
    const answer = await post(`${issuer}/v1/token`, clients.app, {
      ...credentials,
      scope: 'openid',
    })
    const refused = {
      ...shared,
      expired: await mint(issuer, clients.late),
      'of another audience': old,
      'an ID token': answer['id_token'] as string,
      ...(await forged(issuer, good)),
    } satisfies Domain['refused']
    return [name, { id, issuer, machine: clients.machine, good, refused }] as const
  })
  return Object.fromEntries(await Promise.all(domains)) as Record<Name, Domain>
}
