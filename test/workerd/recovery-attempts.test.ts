/** What a recovery counts at the address that it comes from. */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { compositionOf } from '../../src/app.ts'
import { limits } from '../../src/platform/limits.ts'
import { ANSWER, aPersonWithQuestion, exchange, given, NEW, recoveryTokenOf, RECOVERY } from './recovery-support.ts' // prettier-ignore
import { authn, postJson } from './session-support.ts'
import { unique } from './support.ts'

const ADDRESS = '203.0.113.91'
const HERE = { 'cf-connecting-ip': ADDRESS }

it.each([
  ['in its step', false],
  ['together with the new password', true],
])('a right answer %s gives back what was counted for it, and no more', async (_, isTogether) => {
  const person = await aPersonWithQuestion()
  const standing = await given('RECOVERY', await exchange(await recoveryTokenOf(person)))
  const { throttle } = compositionOf(env).protocol.ports
  const now = Date.now()
  let left = 0
  while (await throttle.take(ADDRESS, now)) left++
  expect(left).toBeLessThanOrEqual(limits.attemptsPerAddressMax)
  await throttle.giveBack(ADDRESS)
  const sent = {
    stateToken: standing['stateToken'],
    answer: ANSWER,
    ...(isTogether && { newPassword: NEW }),
  }
  expect((await postJson(`${RECOVERY}/answer`, sent, HERE)).status).toBe(200)
  const attempt = () => authn({ username: unique('nobody'), password: 'wrong' }, HERE)
  expect([(await attempt()).status, (await attempt()).status]).toEqual([401, 429])
})
