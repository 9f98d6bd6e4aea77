/**
 * Counts what each flow with people asks of D1 and of Durable Objects until its answer, warm, on the counting Worker
 * (counting.ts). What an object does after the answer is not counted: a new refresh token's row for lists.
 */
import { startCountingServer, operationsOfAnswer } from './counting.ts'
import { setUpProduct } from './endpoints.ts'
import { PeopleFlows, sendOne, setUpPeople } from './people-flows.ts'
import type { Flow } from './people-load.ts'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FlowCount {
  readonly flow: string
  readonly d1: number
  readonly durableObject: number
}

/** What is left to do after an answer is done by then, and counts for nobody. */
const REST_MILLIS = 50

/** `product` holds the built product; `folder` is made for the Worker that is generated around it. */
export async function countPeopleOperations(
  product: string,
  folder: string,
): Promise<readonly FlowCount[]> {
  const server = await startCountingServer(product, folder)
  try {
    const people = await setUpPeople(server.origin, await setUpProduct(server.origin), 1)
    const flows = new PeopleFlows(server.origin, people, 'ES256')
    const counts = new Map<string, FlowCount>()
    const count = async (name: string, flow: Flow): Promise<string> => {
      await sleep(REST_MILLIS)
      const answer = await sendOne(server.origin, flow.requests[0]!)
      const text = `${answer.headers.get('location') ?? ''}\n${await answer.text()}`
      const { d1, durableObject } = operationsOfAnswer(answer, text)
      counts.set(name, { flow: name, d1, durableObject })
      return text
    }
    const found = (text: string, pattern: RegExp): string => pattern.exec(text)?.[1] ?? ''
    // The second time everything is warm, and is what counts.
    for (let time = 0; time < 2; time++) {
      await count('client_credentials', flows.clientCredentials())
      const back = await count('authorize with a session', flows.authorize('ROTATE'))
      const code = found(back, /[?&]code=([^&\s]+)/)
      const tokens = await count('code redemption', flows.redeem('ROTATE', [code]))
      const refresh = found(tokens, /"refresh_token":"([^"]+)"/)
      const access = found(tokens, /"access_token":"([^"]+)"/)
      const [unrotated] = await flows.given('STATIC')
      await count('refresh, ROTATE', flows.refresh('ROTATE', [refresh]))
      await count('refresh, STATIC', flows.refresh('STATIC', [unrotated!.refresh_token]))
      await count('userinfo', flows.userinfo([access]))
      await count('introspection', flows.introspect([access]))
      await count('sign-in', await flows.signIn(1))
    }
    return [...counts.values()]
  } finally {
    await server.stop()
  }
}
