/** What becomes of token drafts that a hook is asked about. */
import type { InlineHook } from '../domain/inline-hook.ts'
import type { TokenDrafts } from '../mint/draft.ts'
import type { Settings } from '../platform/settings.ts'
import { printable } from '../protocol/errors.ts'
import { callHook, type HookDocument, type HookFailure } from './call.ts'
import { patchedDrafts, type PatchFault } from './patch.ts'
import { hookRequest, type Asking } from './request.ts'

export type Transformed =
  | { readonly outcome: 'transformed'; readonly drafts: TokenDrafts }
  /** The tokens stay as they were drafted. */
  | { readonly outcome: 'skipped'; readonly reason: HookFailure | PatchFault }
  /** Nobody could be asked for now; a token that goes out unasked might say what it should not. */
  | { readonly outcome: 'busy'; readonly reason: string }
  /** There are to be no tokens. `description` is what the client is told; null: the endpoint did not say. */
  | { readonly outcome: 'refused'; readonly description: string | null }

/** Throws nothing but StorageUnavailable, when the hook's secret cannot be had. */
export async function transformed(
  hook: InlineHook,
  asking: Asking,
  outbound: Pick<Settings, 'keyEncryption' | 'outboundAllowedOrigins'>,
): Promise<Transformed> {
  const answer = await callHook(hook, hookRequest(asking), outbound)
  if (answer.outcome === 'busy') return answer
  if (answer.outcome === 'failed') return { outcome: 'skipped', reason: answer.reason }
  return answer.outcome === 'unchanged'
    ? { outcome: 'transformed', drafts: asking.drafts }
    : obeyed(answer.document, asking.drafts)
}

function obeyed({ commands, error }: HookDocument, drafts: TokenDrafts): Transformed {
  if (error !== undefined && error !== null)
    return { outcome: 'refused', description: summaryOf(error) }
  const patched = patchedDrafts(drafts, commands ?? [])
  return patched.outcome === 'patched'
    ? { outcome: 'transformed', drafts: patched.drafts }
    : { outcome: 'skipped', reason: patched.reason }
}

/** Within the character set of RFC 6749 §5.2, and bounded. */
function summaryOf({ errorSummary }: Readonly<Record<string, unknown>>): string | null {
  const text = typeof errorSummary === 'string' ? printable(errorSummary).trim() : ''
  return text === '' ? null : text
}
