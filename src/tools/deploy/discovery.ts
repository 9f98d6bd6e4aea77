/**
 * Waits until the deployment answers under its own origin and names exactly that origin as its issuer. A new
 * custom domain needs minutes for its DNS record and certificate.
 */
import { ask, describe, describeCause, textAt } from './http.ts'
import { DeployError, type Report } from './report.ts'

export interface Clockwork {
  readonly now: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
}

const PATIENCE_MS = 10 * 60_000
const PAUSE_MS = 5_000
const REMINDER_MS = 30_000

async function observe(fetcher: typeof fetch, url: string, origin: string): Promise<string | null> {
  try {
    const answer = await ask(fetcher, url)
    const issuer = textAt(answer.body, 'issuer')
    if (answer.status === 200 && issuer === origin) return null
    if (answer.status === 200 && issuer !== '') return `it names the issuer ${issuer}`
    return describe(answer)
  } catch (cause) {
    return describeCause(cause)
  }
}

export async function waitForIssuer(
  fetcher: typeof fetch,
  origin: string,
  clockwork: Clockwork,
  report: Report,
): Promise<void> {
  const url = `${origin}/.well-known/oauth-authorization-server`
  const started = clockwork.now()
  let reminded = started
  for (;;) {
    const observed = await observe(fetcher, url, origin)
    if (observed === null) return
    const now = clockwork.now()
    if (now - started >= PATIENCE_MS)
      throw new DeployError(
        `${url} is not right after ${PATIENCE_MS / 60_000} minutes: ${observed}. Check that the domain's zone is active in this Cloudflare account and that its certificate is issued (dashboard: the Worker, Settings, Domains), and look at \`npx wrangler tail\`; then run this again.`,
      )
    if (now - reminded >= REMINDER_MS) {
      reminded = now
      await report.detail(`still waiting: ${observed}`)
    }
    await clockwork.sleep(PAUSE_MS)
  }
}
