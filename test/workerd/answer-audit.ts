/** Every answer that the Worker gives to any test is held to the rules for its kind, in the test that got it. */
import { afterAll, afterEach } from 'vitest'
import worker from '../../src/index.ts'
import { answerTo, broken } from './answer-rules.ts'

/** What was looked at, so that a test may see that something is. */
export const audited = { answers: 0 }

const found = new Set<string>()

const answer = worker.fetch

worker.fetch = async (request, env, context) => {
  const response = await answer(request, env, context)
  const { ORIGIN } = env as Partial<Cloudflare.Env>
  audited.answers++
  for (const problem of broken(answerTo(request, response, ORIGIN))) found.add(problem)
  return response
}

function look(): void {
  const problems = [...found]
  found.clear()
  if (problems.length > 0) throw new Error(problems.join('\n'))
}

afterEach(look)
afterAll(look)
