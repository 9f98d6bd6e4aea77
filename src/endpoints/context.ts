/** What a protocol endpoint may use: the resolved server's id, the ports, the deployment's settings. */
import type { Directory, Throttle } from '../domain/directory.ts'
import type { Recoveries, TrustedApps } from '../domain/recovery.ts'
import type { RevocationFeeds } from '../domain/revocation-feed.ts'
import type { Ledgers } from '../domain/snapshot.ts'
import type { Subjects } from '../domain/subjects.ts'
import type { TrustedOrigins } from '../domain/trusted-origin.ts'
import type { Snapshots, WaitUntil } from '../issuer/snapshots.ts'
import type { LogBuffer } from '../issuer/log-buffer.ts'
import type { Kept } from '../platform/kept.ts'
import type { Settings } from '../platform/settings.ts'
import type { Confirmations } from './confirm.ts'
import type { Progress } from './token-log.ts'

/** Lives as long as the isolate. */
export interface ProtocolPorts {
  readonly settings: Settings
  readonly snapshots: Snapshots
  readonly ledgers: Ledgers
  readonly feeds: RevocationFeeds
  readonly subjects: Subjects
  readonly recoveries: Recoveries
  readonly trustedApps: TrustedApps
  readonly directory: Directory
  readonly throttle: Throttle
  readonly trustedOrigins: Kept<TrustedOrigins>
  readonly confirmations: Confirmations
  readonly log: LogBuffer
}

/** What it takes to tell whether a token of a server is alive. */
export interface ServerContext extends Pick<
  ProtocolPorts,
  'snapshots' | 'ledgers' | 'subjects' | 'confirmations'
> {
  /** The org server's name or a custom server's id; `default` is already resolved. */
  readonly serverId: string
  readonly waitUntil: WaitUntil
}

/** One request. */
export interface ProtocolContext extends ProtocolPorts, ServerContext {
  /** The page that makes the request, null for anything but a browser. */
  readonly origin: string | null
  readonly request: Request
  readonly requestId: string
  readonly progress: Progress
  /** Known for good once it was read. */
  readonly orgId: () => Promise<string>
}
