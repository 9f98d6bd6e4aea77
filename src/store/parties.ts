/** Names of the app, the user and the server of rows that hold client_id, user_id and server_id, joined to them. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { Parties } from '../domain/refresh-token.ts'

export const partyColumns = `a.id AS app_id, a.label AS app_label, u.login AS user_login,
  json_extract(u.profile, '$.firstName') AS first_name, json_extract(u.profile, '$.lastName') AS last_name,
  s.name AS server_name, s.is_default AS server_is_default`

export interface PartyRow {
  server_id: string
  app_id: string
  app_label: string
  user_login: string
  first_name: string | null
  last_name: string | null
  server_name: string | null
  server_is_default: number | null
}

/** A row whose app or server is gone is of nobody. */
export const joinParties = (alias: string): string =>
  `JOIN apps a ON a.client_id = ${alias}.client_id JOIN users u ON u.id = ${alias}.user_id
   LEFT JOIN authorization_servers s ON s.id = ${alias}.server_id`

export const serverExists = (alias: string): string =>
  `(s.id IS NOT NULL OR ${alias}.server_id = '${ORG_SERVER_ID}')`

export const partiesOf = (row: PartyRow): Parties => ({
  app: { id: row.app_id, label: row.app_label },
  user: {
    login: row.user_login,
    name: [row.first_name, row.last_name].filter(Boolean).join(' ') || row.user_login,
  },
  server:
    row.server_name === null
      ? null
      : {
          id: row.server_id,
          kind: 'custom',
          name: row.server_name,
          isDefault: row.server_is_default === 1,
        },
})

const COLUMNS = { userId: 'user_id', serverId: 'server_id', clientId: 'client_id' } as const

/** Rows of a server, of a client or of a user, and of which of the others. Nothing is of nobody. */
export type Belonging =
  | { readonly serverId: string }
  | { readonly clientId: string; readonly serverId?: string }
  | { readonly userId: string; readonly clientId?: string; readonly serverId?: string }

/** The condition of a WHERE, with its values numbered from `first` on. */
export function belonging(
  of: Belonging,
  alias: string,
  first: number,
): { readonly condition: string; readonly values: readonly string[] } {
  const named = Object.entries(of) as [keyof typeof COLUMNS, string][]
  return {
    condition: named
      .map(([name], index) => `${alias}.${COLUMNS[name]} = ?${first + index}`)
      .join(' AND '),
    values: named.map(([, value]) => value),
  }
}
