/**
 * Counts what each flow asks of D1 and of Durable Objects until its answer, warm, on the counting Worker (counting.ts).
 * What an object does after the answer is not counted: a new refresh token's row for lists.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { documentFlow, sendOne } from './client-flows.ts'
import { startCountingServer, operationsOfAnswer } from './counting.ts'
import { setUpProduct } from './endpoints.ts'
import type { RowName } from './party.ts'
import { setUpPeople } from './people-flows.ts'
import type { Flow } from './people-load.ts'
import type { Operations } from './tally.ts'

export interface FlowCount {
  readonly flow: RowName
  /** One entry a time. */
  readonly warm: readonly Operations[]
}

/** What is left to do after an answer is done by then, and counts for nobody. */
const REST_MILLIS = 50
/** More than one, since one of them may find its configuration old enough to be read again in the background. */
const WARM_COUNTED = 5

/** `product` holds the built product; `folder` is made for the Worker that is generated around it. */
export async function countPeopleOperations(
  product: string,
  folder: string,
): Promise<readonly FlowCount[]> {
  const server = await startCountingServer(product, folder)
  const { origin } = server
  try {
    const { ES256 } = await setUpProduct(origin)
    const { cookies, flows, signIn } = await setUpPeople(origin, ES256, 1)
    const { pathname } = new URL(ES256.issuer)
    const counts = new Map<RowName, Operations[]>()
    const count = async (name: RowName, flow: Flow): Promise<string> => {
      await sleep(REST_MILLIS)
      const answer = await sendOne(origin, flow.requests[0]!)
      const text = `${answer.headers.get('location') ?? ''}\n${await answer.text()}`
      counts.set(name, [...(counts.get(name) ?? []), operationsOfAnswer(answer, text)])
      return text
    }
    const found = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? ''
    for (let time = 0; time <= WARM_COUNTED; time++) {
      await count('discovery', documentFlow(`${pathname}/.well-known/openid-configuration`, 'jwks_uri')) // prettier-ignore
      await count('JWKS', documentFlow(`${pathname}/v1/keys`, 'keys'))
      const back = await count('authorize with a session', flows.ROTATE.authorize(cookies))
      const code = found(back, /[?&]code=([^&\s]+)/)
      const tokens = await count('code redemption', flows.ROTATE.redeem([code]))
      const refresh = found(tokens, /"refresh_token":"([^"]+)"/)
      const access = found(tokens, /"access_token":"([^"]+)"/)
      const [unrotated] = await flows.STATIC.given(origin, cookies)
      await count('refresh', flows.ROTATE.refresh([refresh], true))
      await count('refresh, not rotated', flows.STATIC.refresh([unrotated!.refresh_token], false))
      await count('userinfo', flows.ROTATE.userinfo([access]))
      await count('introspection', flows.ROTATE.introspect([access]))
      await count('sign-in', await signIn(1))
    }
    // The first time is not warm.
    return [...counts].map(([flow, [, ...warm]]) => ({ flow, warm }))
  } finally {
    await server.stop()
  }
}
