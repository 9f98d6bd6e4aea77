/** Changes that are decided on what was read, and start over when somebody else wrote meanwhile. */
import { ApiError } from '../protocol/api-errors.ts'

/** What was read has been written since: E0000195, once no attempt is left. */
export class Overtaken extends ApiError {
  constructor(what: string) {
    super('E0000195', `the ${what} was changed at the same time by others`)
  }
}

/** Makes an attempt, which reads anew what it decides on, until nobody is faster. */
export async function untilFirst<Answer>(
  attempts: number,
  attempt: () => Promise<Answer>,
): Promise<Answer> {
  for (let left = attempts; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof Overtaken) || left <= 1) throw error
    }
  }
}
