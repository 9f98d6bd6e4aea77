/**
 * The modules of the OpenID conformance suite's basic plan, one test each, at one server and in one response mode: the
 * basic plan is the one with `query`, the form post plan the same with `form_post`.
 */
import type { Deployment, Kind } from './deployment.ts'
import { flowModules } from './flow-modules.ts'
import { planOf } from './plan.ts'
import type { Mode } from './relying-party.ts'
import { requestModules } from './request-modules.ts'
import { sessionModules } from './session-modules.ts'
import { tokenModules } from './token-modules.ts'
import { userinfoModules } from './userinfo-modules.ts'

export function basicModules(deployed: () => Deployment, kind: Kind, mode: Mode): void {
  const plan = planOf(deployed, kind, mode)
  flowModules(plan)
  userinfoModules(plan)
  sessionModules(plan)
  tokenModules(plan)
  requestModules(plan)
}
