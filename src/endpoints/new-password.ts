/**
 * A password that has expired is replaced in the browser that knew it and in the sign-in that found it so; then whoever
 * did it is signed in. The old one is not asked for again: the proof of it comes back, good once.
 */
import type { Person } from '../domain/person.ts'
import type { NewPasswordError } from '../pages/new-password.tsx'
import type { ProtocolContext } from './context.ts'
import { openExpiredSignIn, type ExpiredSignIn } from './expired-sign-in.ts'
import { answerForm, letIn, type Answer, type SignInForm } from './letting-in.ts'
import { newPasswordForm } from './new-password-form.ts'
import { signInForm } from './sign-in.ts'
import { eventOf, passwordReplaced, tellFailure } from './sign-in-log.ts'
import { sealedTransaction } from './under-way.ts'

/** POST. */
export const replacePassword = (request: Request, context: ProtocolContext): Promise<Response> =>
  answerForm(request, context, async (form) => {
    const { sent, transaction, visit } = form
    const proof = sent.get('proof') ?? ''
    const signIn = await openExpiredSignIn('page', proof, context, visit.now)
    const isOfForm = signIn !== null && signIn.transactionId === transaction.id
    const person = isOfForm ? await context.subjects.holderOfProof(signIn.proof) : null
    return signIn === null || person === null ? ended(null, form) : replaced(signIn, person, form)
  })

async function replaced(
  { proof }: ExpiredSignIn,
  person: Person,
  form: SignInForm,
): Promise<Answer> {
  const { sent, visit } = form
  const { context, now } = visit
  const login = loginOf(person)
  const again = async (error: NewPasswordError): Promise<Answer> => {
    const shown = { proof: sent.get('proof') ?? '', login, error }
    return { response: await newPasswordForm(shown, form), cookies: [] }
  }
  const newPassword = sent.get('newPassword') ?? ''
  if (newPassword !== (sent.get('confirmPassword') ?? '')) return again('DIFFERENT')
  const outcome = await context.subjects.replacePassword({
    proof,
    oldPassword: null,
    newPassword,
    revokeSessions: false,
    event: eventOf(passwordReplaced(person), context, now),
    now,
  })
  if (outcome.outcome === 'unfit') return again(outcome.missed)
  const answer = outcome.outcome === 'replaced' ? await letIn(outcome, form) : null
  return answer ?? ended(person, form)
}

const loginOf = ({ profile }: Person): string => String(profile['login'] ?? '')

/** Somebody has to sign in from the beginning. Null: who it was is not known any more. */
async function ended(person: Person | null, { underWay, visit }: SignInForm): Promise<Answer> {
  const { context, now } = visit
  const identifier = person && loginOf(person)
  const client = underWay?.client ?? null
  if (identifier !== null)
    await tellFailure({ login: identifier, isKnown: true }, 'ended', client, context, now)
  const transaction = await sealedTransaction('sign-in', underWay, visit)
  const shown = { identifier, error: 'SIGN_IN_ENDED' } as const
  return { response: await signInForm(transaction, underWay, visit, shown), cookies: [] }
}
