/**
 * Calls of an isolate that are under way, hook by hook: an endpoint that hangs under load must hold up neither the
 * isolate nor what is behind other hooks.
 */
import { nowMillis } from '../platform/clock.ts'
import { limits } from '../platform/limits.ts'

interface Call {
  readonly began: number
}

/** In the order in which they began. There are as many hooks as an org may have. */
const callsOf = new Map<string, Set<Call>>()

/** Does the work unless too much of the same hook is under way; null then. */
export async function unlessBusy<Given>(
  hookId: string,
  work: () => Promise<Given>,
): Promise<Given | null> {
  const calls = callsOf.get(hookId) ?? new Set()
  callsOf.set(hookId, calls)
  forgetLost(calls)
  if (calls.size >= limits.hookCallsAtOnceMax) return null
  const call = { began: nowMillis() }
  calls.add(call)
  try {
    return await work()
  } finally {
    calls.delete(call)
    if (calls.size === 0) callsOf.delete(hookId)
  }
}

/** A request that is given up by its client never comes back, but no call takes longer than it may. */
function forgetLost(calls: Set<Call>): void {
  const oldest = nowMillis() - 2 * limits.outboundTimeoutMillis
  for (const call of calls) {
    if (call.began >= oldest) return
    calls.delete(call)
  }
}
