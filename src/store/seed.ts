/**
 * What an empty database becomes at the first request: a working org, in one batch. The single row of `meta` makes it
 * happen once: of two isolates that try, the second one's whole batch is refused. Nothing is ever overwritten.
 */
import { DEFAULT_SERVER_ID, type AuthorizationServer } from '../domain/authorization-server.ts'
import { ALL_CLIENTS, RuleInput } from '../domain/policy.ts'
import { NO_ENCRYPTION } from '../domain/resource-server-key.ts'
import { loginKey } from '../domain/user.ts'
import { nowSeconds } from '../platform/clock.ts'
import { randomId } from '../platform/random.ts'
import type { Settings } from '../platform/settings.ts'
import { insertServer } from './authorization-servers.ts'
import { commit, UniqueViolation } from './database.ts'
import { insertPassword } from './user-credentials.ts'
import { insertPolicy, insertRule } from './policies.ts'
import { insertUser, settleUser } from './users.ts'

/** The first administrator, as far as the settings do not say. */
export interface FirstAdministrator {
  readonly id: string
  readonly passwordHash: string
}

/** True when this call seeded the database, false when it was already seeded. */
export async function seed(
  db: D1Database,
  settings: Settings,
  admin: FirstAdministrator,
): Promise<boolean> {
  const now = nowSeconds()
  const everyoneId = randomId('00g')
  try {
    await commit(
      db,
      [
        db
          .prepare('INSERT INTO meta (id, org_id, seeded) VALUES (1, ?1, ?2)')
          .bind(randomId('00o'), now),
        db
          .prepare('INSERT INTO domains (id, origin, created) VALUES (?1, ?2, ?3)')
          .bind(randomId('OcD'), settings.origin, now),
        db
          .prepare(
            `INSERT INTO groups (id, type, name, description, created, last_updated, last_membership_updated)
             VALUES (?1, 'BUILT_IN', 'Everyone', 'All users in your organization', ?2, ?2, ?2)`,
          )
          .bind(everyoneId, now),
        ...(await administrator(db, settings, admin, now)),
        ...defaultServer(db, now),
      ],
      [
        {
          id: randomId('obx'),
          kind: 'key-ring.configure',
          subject: DEFAULT_SERVER_ID,
          payload: {},
        },
      ],
    )
    return true
  } catch (error) {
    if (error instanceof UniqueViolation && error.constraint.startsWith('meta.')) return false
    throw error
  }
}

async function administrator(
  db: D1Database,
  settings: Settings,
  { id: userId, passwordHash }: FirstAdministrator,
  now: number,
): Promise<readonly D1PreparedStatement[]> {
  const login = settings.bootstrapAdminLogin
  const mac = await settings.keyEncryption.mac(settings.bootstrapApiToken, 'api-token-mac')
  return [
    insertUser(db, {
      id: userId,
      login: loginKey(login),
      status: 'ACTIVE',
      profile: { login, email: login, firstName: 'Admin', lastName: 'Admin' },
      created: now,
      lastUpdated: now,
      activated: now,
      statusChanged: now,
      passwordChanged: now,
    }),
    insertPassword(db, userId, passwordHash),
    ...settleUser(db, userId, now),
    db
      .prepare(
        `INSERT INTO role_assignments (id, principal_type, principal_id, role, created, last_updated)
         VALUES (?1, 'USER', ?2, 'SUPER_ADMIN', ?3, ?3)`,
      )
      .bind(randomId('ra1'), userId, now),
    db
      .prepare(
        `INSERT INTO api_tokens (id, name, user_id, mac, created, last_updated)
         VALUES (?1, 'bootstrap', ?2, ?3, ?4, ?4)`,
      )
      .bind(randomId('00T'), userId, mac, now),
  ]
}

function defaultServer(db: D1Database, now: number): readonly D1PreparedStatement[] {
  const server: AuthorizationServer = {
    id: DEFAULT_SERVER_ID,
    kind: 'custom',
    name: 'default',
    description: 'Default Authorization Server for your Applications',
    audience: 'api://default',
    issuerMode: 'ORG_URL',
    status: 'ACTIVE',
    isDefault: true,
    rotationMode: 'AUTO',
    signingAlgorithm: 'RS256',
    signingKid: null,
    lastRotated: null,
    nextRotation: null,
    accessTokenProfile: 'OKTA',
    tokenEncryption: NO_ENCRYPTION,
    created: now,
    lastUpdated: now,
  }
  const policyId = randomId('00p')
  const common = {
    priority: 1,
    status: 'ACTIVE',
    system: false,
    created: now,
    lastUpdated: now,
  } as const
  const { conditions, actions } = RuleInput.parse({
    type: 'RESOURCE_ACCESS',
    name: 'Default Policy Rule',
    conditions: {
      people: {
        users: { include: [], exclude: [] },
        groups: { include: ['EVERYONE'], exclude: [] },
      },
      grantTypes: { include: ['implicit', 'client_credentials', 'authorization_code', 'password'] },
      scopes: { include: ['*'] },
    },
  })
  return [
    insertServer(db, server),
    insertPolicy(db, server.id, {
      ...common,
      id: policyId,
      name: 'Default Policy',
      description: 'Default policy',
      clients: [ALL_CLIENTS],
    }),
    insertRule(db, server.id, {
      ...common,
      id: randomId('0pr'),
      policyId,
      name: 'Default Policy Rule',
      conditions,
      actions,
      hookId: null,
    }),
  ]
}
