/** Who takes part in a run of a plan: two relying parties at one server in one response mode, and a person. */
import { beforeAll } from 'vitest'
import type { Browser } from './browser.ts'
import { anApp, aPerson, type Deployment, type Kind, type Person } from './deployment.ts'
import { RelyingParty, type Mode } from './relying-party.ts'

export interface Plan {
  readonly kind: Kind
  readonly deployment: Deployment
  readonly party: RelyingParty
  /** Another client. */
  readonly other: RelyingParty
  readonly person: Person
  /** Where the person is signed in, for modules that are not about that. */
  readonly browser: Browser
}

/** What is there once the tests run; before that only the kind is known. */
export function planOf(deployed: () => Deployment, kind: Kind, mode: Mode): Plan {
  const plan = { kind } as { -readonly [Member in keyof Plan]: Plan[Member] }
  beforeAll(async () => {
    plan.deployment = deployed()
    const { deployment } = plan
    const app = await anApp(deployment, 'client_secret_basic')
    plan.party = await RelyingParty.discovered(deployment, kind, app, mode)
    plan.other = plan.party.with({ app: await anApp(deployment, 'client_secret_basic') })
    plan.person = await aPerson(deployment)
    plan.browser = plan.party.browser()
    await plan.party.with({ mode: 'query' }).complete(plan.browser, plan.person)
  })
  return plan
}
