/** What refresh tokens, consents and the clients that hold them have in common when they are shown. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'
import type { Parties } from '../domain/refresh-token.ts'
import type { SystemLogEntity } from '../domain/system-log.ts'
import { urlsOf } from '../issuer/urls.ts'
import type { HoldingClient } from '../store/holding-clients.ts'
import { appHref } from './app-resource.ts'
import { paged, type Listed, type Page } from './page.ts'
import { serverHref } from './server-resource.ts'

/** Of whom something is: who it names, and by which ids. */
export interface Held extends Parties {
  readonly clientId: string
  readonly userId: string
}

/** The issuer of the server that something is of. */
export const issuerOf = ({ server }: Parties, origin: string): string =>
  urlsOf(origin, server ?? { id: ORG_SERVER_ID, kind: 'org', isDefault: false }).issuer

export const clientHref = (parent: string, clientId: string): string =>
  `${parent}/clients/${encodeURIComponent(clientId)}`

export const userHref = (origin: string, userId: string): string =>
  `${origin}/api/v1/users/${userId}`

/** Links to the app, the client, the user and the server. The org server is no resource. */
export const partyLinks = (held: Held, origin: string) => ({
  app: { href: appHref(origin, held.app), title: held.app.label },
  client: { href: clientHref(`${origin}/oauth2/v1`, held.clientId), title: held.app.label },
  user: { href: userHref(origin, held.userId), title: held.user.name },
  ...(held.server !== null && {
    authorizationServer: { href: serverHref(origin, held.server), title: held.server.name },
  }),
})

/** The app and the user as the system log names them. */
export const partyTargets = (held: Held): readonly SystemLogEntity[] => [
  appTarget(held.app),
  { id: held.userId, type: 'User', alternateId: held.user.login, displayName: held.user.name },
]

export const appTarget = ({ id, label }: Parties['app']): SystemLogEntity => ({
  id,
  type: 'AppInstance',
  alternateId: label,
  displayName: label,
})

/** A page of clients; of what has expired nothing is shown, so that it may hold fewer than its limit. */
export function clientsListed(
  clients: readonly HoldingClient[],
  page: Page,
  parent: string,
  ...below: readonly ('grants' | 'tokens')[]
): Listed {
  const { items, next } = paged(clients, page, (client) => client)
  const live = (items as readonly HoldingClient[]).filter(({ isLive }) => isLive)
  return {
    items: live.map(({ id, label, clientUri, logoUri }) => ({
      client_id: id,
      client_name: label,
      client_uri: clientUri,
      logo_uri: logoUri,
      _links: Object.fromEntries(
        below.map((what) => [what, { href: `${clientHref(parent, id)}/${what}` }]),
      ),
    })),
    next,
  }
}
