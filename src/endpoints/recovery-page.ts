/**
 * A recovery in a browser: whoever was given the link answers their question where it is asked, chooses a password, and
 * is signed in. To look at the page uses nothing up, since programs look at links before people do.
 */
import type { KeyedRecovery, Recovery, RecoveryKey, RecoveryKeyKind } from '../domain/recovery.ts'
import {
  RECOVERY_PAGE_PATH,
  readRecoveryToken,
  TOKEN_PARAMETER,
  writeRecoveryToken,
  type RecoveryTokenKind,
} from '../domain/recovery-token.ts'
import { newPasswordPage, type NewPasswordError } from '../pages/new-password.tsx'
import type { ProtocolContext } from './context.ts'
import { answerForm, letIn, type Answer, type SignInForm } from './letting-in.ts'
import { addressOf } from './people.ts'
import { eventOf, recovered, recoveryFailed, recoveryTokenUsed } from './sign-in-log.ts'
import { expiredPage, sealedTransaction } from './under-way.ts'
import { pagePropsOf, visitOf, withCookies, type Visit } from './visit.ts'

/** A recovery as the page has it: with the text that comes back with the form. */
interface Shown extends KeyedRecovery {
  readonly text: string
  readonly kind: RecoveryKeyKind
}

const KINDS: readonly RecoveryTokenKind[] = ['recovery-token', 'activation-token', 'recovery-state']

async function keyOf(
  text: string,
  { settings }: ProtocolContext,
): Promise<readonly [key: RecoveryKey, kind: RecoveryKeyKind] | null> {
  for (const kind of KINDS) {
    const key = await readRecoveryToken(kind, text, settings.keyEncryption)
    if (key !== null) return [key, kind === 'recovery-state' ? 'state' : 'token']
  }
  return null
}

/** Null for what is over, and for recoveries that choose no password. */
async function shownBy(text: string, { context, now }: Visit): Promise<Shown | null> {
  const [key, kind] = (await keyOf(text, context)) ?? []
  if (key === undefined || kind === undefined) return null
  const recovery = await context.recoveries.find(key, kind, now)
  if (recovery === null || recovery.type === 'UNLOCK') return null
  return { key, kind, recovery, text }
}

/** GET. */
export async function showRecovery(request: Request, context: ProtocolContext): Promise<Response> {
  const visit = await visitOf(request, context)
  const text = new URL(request.url).searchParams.get(TOKEN_PARAMETER) ?? ''
  const shown = await shownBy(text, visit)
  const page =
    shown === null
      ? await expiredPage(visit)
      : await pageOf(shown, await sealedTransaction('sign-in', null, visit), null, visit)
  return withCookies(page, visit.cookies)
}

const pageOf = async (
  { recovery, text }: Pick<Shown, 'recovery' | 'text'>,
  transaction: string,
  error: NewPasswordError | null,
  visit: Visit,
): Promise<Response> =>
  newPasswordPage({
    ...(await pagePropsOf(visit)),
    action: RECOVERY_PAGE_PATH,
    fields: { transaction, recovery: text },
    reason: recovery.type === 'ACCOUNT_ACTIVATION' ? 'ACTIVATION' : 'RECOVERY',
    question: recovery.question,
    login: String(recovery.person.profile['login'] ?? ''),
    app: null,
    error,
    redirectUri: null,
  })

/** POST. */
export const recoverOnPage = (request: Request, context: ProtocolContext): Promise<Response> =>
  answerForm(request, context, async (form) => {
    const { sent, visit } = form
    const shown = await shownBy(sent.get('recovery') ?? '', visit)
    return shown === null ? over(form) : filledIn(shown, form)
  })

async function filledIn(shown: Shown, form: SignInForm): Promise<Answer> {
  const { sent, visit } = form
  const { context, now } = visit
  const newPassword = sent.get('newPassword') ?? ''
  if (newPassword !== (sent.get('confirmPassword') ?? '')) return again(shown, 'DIFFERENT', form)
  if (!(await context.throttle.take(addressOf(context.request), now)))
    return again(shown, 'TOO_MANY_ATTEMPTS', form)
  const exchanged = await exchangedOf(shown, visit)
  const answered = exchanged && (await answeredIn(exchanged, form))
  if (answered === null) return over(form)
  if ('response' in answered) return answered
  const { key, recovery } = answered
  const event = eventOf(recovered(recovery.person), context, now)
  const asked = { key, newPassword, revokeSessions: false, event, now }
  const outcome = await context.recoveries.reset(asked)
  if (outcome.outcome === 'unfit') return again(answered, outcome.missed, form)
  if (outcome.outcome !== 'replaced') return over(form)
  await context.throttle.giveBack(addressOf(context.request))
  return (await letIn(outcome, form)) ?? over(form)
}

/** The token is used up by whoever sends the form; what it was exchanged for goes on with the page. */
async function exchangedOf(shown: Shown, { context, now }: Visit): Promise<Shown | null> {
  if (shown.kind === 'state') return shown
  const redeemed = await context.recoveries.redeem(shown.key, now)
  if (redeemed === null) return null
  const { keyEncryption } = context.settings
  const event = eventOf(recoveryTokenUsed(redeemed.recovery.person), context, now)
  await context.directory.record(event)
  const text = await writeRecoveryToken('recovery-state', redeemed.key, keyEncryption)
  return { ...redeemed, kind: 'state', text }
}

/** Null: it is over. */
async function answeredIn(shown: Shown, form: SignInForm): Promise<Shown | Answer | null> {
  const { context, now } = form.visit
  const { key, recovery } = shown
  if (recovery.step !== 'answer') return shown
  const answer = form.sent.get('answer') ?? ''
  const outcome = await context.recoveries.answer({ key, answer, now })
  if (outcome.outcome === 'right') return { ...shown, recovery: outcome.recovery }
  if (outcome.outcome !== 'wrong') return null
  await context.directory.record(eventOf(recoveryFailed(recovery), context, now))
  return again(shown, 'ANSWER', form)
}

const again = async (
  shown: { readonly recovery: Recovery; readonly text: string },
  error: NewPasswordError,
  { sent, visit }: SignInForm,
): Promise<Answer> => ({
  response: await pageOf(shown, sent.get('transaction') ?? '', error, visit),
  cookies: [],
})

const over = async ({ visit }: SignInForm): Promise<Answer> => ({
  response: await expiredPage(visit),
  cookies: [],
})
