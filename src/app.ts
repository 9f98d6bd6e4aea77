/**
 * Composition root: environment → settings → ports, and the doors on one Hono app. What no door caught ends here:
 * storage that is away is 503 with Retry-After, everything else E0000009 with an id that is in the log.
 */
import { Hono } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import { mountClassic } from './endpoints/classic.ts'
import { mountIdx } from './endpoints/idx/door.ts'
import { mountPages } from './endpoints/pages.ts'
import { mountProtocol, unknownServerAnswer, type ProtocolDoor } from './endpoints/routes.ts'
import { Confirmations, ServerNotFound } from './endpoints/confirm.ts'
import type { OrgSettings } from './domain/org.ts'
import type { OutboxEntry } from './domain/outbox.ts'
import type { VerifyContext } from './endpoints/verify.ts'
import { FollowedFeeds } from './issuer/followed-feeds.ts'
import { LogBuffer } from './issuer/log-buffer.ts'
import { Snapshots } from './issuer/snapshots.ts'
import { Kept } from './platform/kept.ts'
import { logFault } from './platform/log.ts'
import { RememberingRouter } from './platform/remembering-router.ts'
import { MissingSettings, readSettings, type Settings } from './platform/settings.ts'
import { StorageUnavailable } from './platform/storage-errors.ts'
import { ApiError, apiErrorAnswer } from './protocol/api-errors.ts'
import { OAuthError } from './protocol/errors.ts'
import { errorAnswer } from './endpoints/responses.ts'
import type { ManagementPorts } from './management/context.ts'
import { mountManagement } from './management/door.ts'
import { beginAskedRecovery } from './management/recovery.ts'
import { mountDocumentation } from './docs/documents.ts'
import { directoryOf } from './state/directory.ts'
import { revocationFeedsOf } from './state/feeds.ts'
import {
  deliver,
  ensureSeeded,
  ledgersOf,
  passwordsOf,
  recoveriesOf,
  snapshotSourceOf,
  subjectsOf,
  throttleOf,
} from './state/ports.ts'
import { readOrg } from './store/org-settings.ts'
import { writeEvents } from './store/system-log.ts'
import { activeTrustedOrigins } from './store/trusted-origins.ts'

/** Everything that lives as long as the isolate. */
export interface Composition {
  readonly settings: Settings
  readonly protocol: ProtocolDoor
  readonly management: Omit<ManagementPorts, 'waitUntil'>
  readonly verifier: Omit<VerifyContext, 'waitUntil'>
}

let known:
  | { readonly env: object; readonly signature: string; readonly composition: Composition }
  | undefined

/**
 * The composition of an environment, made once an isolate. The cached entrypoint gets an `env` object of its own with
 * the same content; it must share the snapshots, or a write would not reach it at once. Throws MissingSettings.
 */
export function compositionOf(env: Cloudflare.Env): Composition {
  if (known?.env === env) return known.composition
  const signature = JSON.stringify([
    env.ORIGIN,
    env.KEY_ENCRYPTION_KEY,
    env.OUTBOUND_ALLOWED_ORIGINS,
  ])
  if (known?.signature === signature) return known.composition
  known = { env, signature, composition: compose(env) }
  return known.composition
}

function compose(env: Cloudflare.Env): Composition {
  const settings = readSettings({ ...env })
  let seeded: string | undefined
  const source = snapshotSourceOf(env, settings, (orgId) => {
    seeded = orgId
  })
  const snapshots = new Snapshots(source, settings.origin)
  const ledgers = ledgersOf(env)
  const feeds = revocationFeedsOf(env)
  const subjects = subjectsOf(env, settings)
  const recoveries = recoveriesOf(env)
  const trustedOrigins = new Kept('trusted-origins', () => activeTrustedOrigins(env.DB))
  const log = new LogBuffer((events) => writeEvents(env.LOG_DB, events))
  const orgId = async (): Promise<string> => {
    seeded ??= await ensureSeeded(env, settings)
    return seeded
  }
  const orgSettings = new Kept('org-settings', () => readOrgSettings(env.DB, orgId))
  const management = {
    settings,
    snapshots,
    ledgers,
    trustedOrigins,
    orgSettings,
    people: subjects,
    db: env.DB,
    logDb: env.LOG_DB,
    log,
    keyRings: env.KEY_RING,
    subjects: env.SUBJECT,
    passwords: passwordsOf(env),
    recoveries,
    deliver: (entry: OutboxEntry) => deliver(env, entry),
    orgId,
  }
  return {
    settings,
    protocol: {
      ports: {
        settings,
        snapshots,
        ledgers,
        feeds,
        subjects,
        recoveries,
        trustedApps: {
          beginRecovery: (asked, by) =>
            beginAskedRecovery(asked, by, { ...management, waitUntil: by.waitUntil }),
        },
        directory: directoryOf(env, orgSettings),
        throttle: throttleOf(env, settings),
        trustedOrigins,
        confirmations: new Confirmations(),
        log,
      },
      fetchMetadata: (props, path, context) =>
        context.exports.Metadata({ props }).fetch(`https://metadata${path}`),
      orgId,
    },
    management,
    verifier: {
      origin: settings.origin,
      snapshots,
      ledgers,
      subjects,
      confirmations: new Confirmations(),
      followedFeeds: new FollowedFeeds(feeds),
    },
  }
}

/** A page may be the first request of all, and finds the org all the same. */
async function readOrgSettings(db: D1Database, orgId: () => Promise<string>): Promise<OrgSettings> {
  await orgId()
  return (await readOrg(db)).settings
}

export const app = new Hono<{ Bindings: Cloudflare.Env }>({
  router: new RememberingRouter(new TrieRouter()),
})

mountProtocol(app, (env) => compositionOf(env).protocol)
mountPages(app, (env) => compositionOf(env).protocol)
mountClassic(app, (env) => compositionOf(env).protocol)
mountIdx(app, (env) => compositionOf(env).protocol)
mountDocumentation(app, (env) => compositionOf(env).settings.origin)
mountManagement(app, (env, context) => ({
  ...compositionOf(env).management,
  waitUntil: (work) => context.waitUntil(work),
}))

app.notFound(() => apiErrorAnswer(new ApiError('E0000008')))

app.onError((error, c) => faultAnswer(error, c.req.raw))

/** Faults and refusals that no door claimed. A fault is logged under the id that the caller is given. */
export function faultAnswer(error: Error, request: Request): Response {
  if (error instanceof ServerNotFound) return unknownServerAnswer('unknown')
  if (error instanceof OAuthError)
    return errorAnswer(request.headers.get('origin'), error, 'edgemint')
  if (error instanceof ApiError) return apiErrorAnswer(error)
  if (error instanceof MissingSettings)
    return apiErrorAnswer(
      new ApiError('E0000010', `This deployment is not configured. ${error.problems.join('. ')}.`),
      RETRY,
    )
  const isStorage = error instanceof StorageUnavailable
  const refusal = isStorage ? new ApiError('E0000010', error.message) : new ApiError('E0000009')
  const path = new URL(request.url).pathname.slice(0, 200)
  const what = isStorage ? 'storage' : 'unexpected'
  logFault(what, { errorId: refusal.errorId, path }, error.cause ?? error)
  return apiErrorAnswer(refusal, isStorage ? RETRY : {})
}

const RETRY = { 'retry-after': '5' }
