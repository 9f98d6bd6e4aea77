/**
 * The many users whom one change concerns, as outbox rows that are written in the batch of the change, from the rows
 * that tell who they are and before those rows go. Nobody is read into memory to be named.
 */
import type { Ending } from '../domain/ending.ts'
import { someHolders } from './profile-attributes.ts'

/** How users are found, by what the change concerns. `?4` and on are the values, in this order. */
const RELATIONS = {
  /** Members of a group. */
  group: 'SELECT user_id FROM group_members WHERE group_id = ?4',
  /** Who has an app through its groups or one by one. */
  app: `SELECT user_id FROM app_users WHERE app_id = ?4 UNION
    SELECT m.user_id FROM app_groups g JOIN group_members m ON m.group_id = g.group_id WHERE g.app_id = ?4`,
  /** Some of those who have a value of a profile attribute, and the users whose primary one of them is. */
  attribute: `SELECT user_id FROM (${someHolders('?4')}) UNION
    SELECT l.associated_user_id FROM (${someHolders('?4')}) held JOIN linked_objects l
    ON l.primary_user_id = held.user_id`,
  /** The users whose primary a user is. */
  primary:
    'SELECT DISTINCT associated_user_id AS user_id FROM linked_objects WHERE primary_user_id = ?4',
  /** Who has a primary in a relation. */
  linkedObject: 'SELECT associated_user_id AS user_id FROM linked_objects WHERE primary_name = ?4',
  /** Who consented to a scope of a server, by the clients. */
  consentsToScope:
    'SELECT DISTINCT user_id, server_id, client_id FROM consents WHERE server_id = ?4 AND scope = ?5',
  /** A user who consented, by the servers and clients. */
  consentsOfUser: 'SELECT DISTINCT user_id, server_id, client_id FROM consents WHERE user_id = ?4',
  /** A user who consented to scopes for a client, by the servers. */
  consentsOfUserToClient:
    'SELECT DISTINCT user_id, server_id, client_id FROM consents WHERE user_id = ?4 AND client_id = ?5',
  /** Who has refresh tokens of a server for a client. */
  tokensOfClientAtServer:
    'SELECT DISTINCT user_id FROM refresh_tokens WHERE server_id = ?4 AND client_id = ?5',
  /** Who has refresh tokens of a server for whatever client. */
  tokensOfServer: 'SELECT DISTINCT user_id FROM refresh_tokens WHERE server_id = ?4',
  /** Who has refresh tokens for a client at whatever server. */
  tokensOfClient: 'SELECT DISTINCT user_id FROM refresh_tokens WHERE client_id = ?4',
} as const satisfies Record<string, string>

/** What was issued to a user by the server for the client of each row has ended. */
interface EndingOfEach {
  readonly endedAt: number
}

/** Users and what their objects are told: that what they keep is stale, or what ended. */
export type Audience = { readonly values: readonly string[] } & (
  | { readonly relation: keyof typeof RELATIONS; readonly tells: 'stale' | Ending }
  | {
      readonly relation: `consents${string}` & keyof typeof RELATIONS
      readonly tells: EndingOfEach
    }
)

const ENDING_OF_EACH = `json_object('of', 'tokens', 'serverId', server_id, 'clientId', client_id,
  'authorizationId', NULL, 'at', ?2)`

/** The kind of the rows, their payload as SQL, and what the payload binds. */
function told(tells: Audience['tells']): readonly [string, string, string | number] {
  if (tells === 'stale') return ['subject.stale', '?2', '{}']
  if ('endedAt' in tells) return ['subject.end', ENDING_OF_EACH, tells.endedAt]
  return ['subject.end', '?2', JSON.stringify(tells)]
}

/**
 * Stands before the statements that remove what tells the users. `key` begins the ids of the rows, by which
 * `deliverAudience` finds them again.
 */
export function enqueueAudience(
  db: D1Database,
  key: string,
  { relation, values, tells }: Audience,
  now: number,
): D1PreparedStatement {
  const [kind, payload, bound] = told(tells)
  return db
    .prepare(
      `INSERT INTO outbox (id, kind, subject, payload, created)
       SELECT ?1 || '.' || lower(hex(randomblob(10))), '${kind}', user_id, ${payload}, ?3
       FROM (${RELATIONS[relation]})`,
    )
    .bind(key, bound, now, ...values)
}

/**
 * Stands at the end of the batch and takes back what a change that was refused would have told: a change that happened
 * left the outbox row `witness`.
 */
export const forgetAudience = (db: D1Database, key: string, witness: string): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM outbox WHERE id > ?1 AND id < ?2 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.id = ?3)`,
    )
    .bind(`${key}.`, `${key}/`, witness)
