/** Which key ring signs what. The org server's access tokens have a ring of their own that is never published. */
import { ORG_SERVER_ID } from '../domain/authorization-server.ts'

const ORG_ACCESS_RING = 'org-access'

/** The ring that signs a server's access tokens. */
export const accessTokenRing = (serverId: string): string =>
  serverId === ORG_SERVER_ID ? ORG_ACCESS_RING : serverId

/** The ring whose public keys a server publishes. */
export const publishedRing = (serverId: string): string => serverId

export const serverIdOfRing = (ring: string): string =>
  ring === ORG_ACCESS_RING ? ORG_SERVER_ID : ring
