/** The calls of a page that asks somebody to sign in, by their path: at which steps they can be made, and with what. */
import * as z from 'zod'
import { randomToken } from '../../platform/random.ts'
import { refused, shown, type Calling, type IonAnswer } from './answer.ts'
import { Consent, consent } from './consent.ts'
import { goOn, identifying } from './going-on.ts'
import { useUp, type Handles, type Step } from './interaction.ts'
import { Answer, answer, Challenge, challenge, Identify, identify } from './password.ts'

export interface Call {
  readonly handles: Handles
  readonly steps: readonly Step['at'][]
  /** Null: the body is not what the call takes. */
  readonly answer: (body: object, calling: Calling) => Promise<IonAnswer> | null
}

const STATE_HANDLE: Handles = [['stateHandle', 'state-handle']]

function call<Schema extends z.ZodType, const At extends Step['at']>(
  steps: readonly At[],
  schema: Schema,
  answers: (
    body: z.output<Schema>,
    calling: Calling,
    step: Extract<Step, { readonly at: At }>,
  ) => Promise<IonAnswer>,
): Call {
  return {
    handles: STATE_HANDLE,
    steps,
    answer: (body, calling) => {
      const read = schema.safeParse(body)
      if (!read.success) return null
      return answers(read.data, calling, calling.interaction.step as never)
    },
  }
}

const ANY = ['identify', 'challenge', 'reenroll', 'consent'] as const

const Nothing = z.object({})

/** okta-auth-js calls the state handle so where it was given to a page from outside. */
const BEGINNING_HANDLES: Handles = [
  ['interactionHandle', 'interaction-handle'],
  ['stateToken', 'state-handle'],
  ...STATE_HANDLE,
]

/** Where it stands: with whoever has a session by now, where nobody has said who they are yet. */
async function introspect(_: object, calling: Calling, step: Step): Promise<IonAnswer> {
  if (step.at === 'identify') return goOn(calling, {})
  if (step.at === 'consent') return goOn(calling, { sessionKey: step.session })
  const { interaction, visit } = calling
  if (step.at === 'challenge') return shown(step, interaction, calling)
  const person = await visit.context.subjects.holderOfProof(step.proof)
  return person === null
    ? refused('expired')
    : shown({ at: 'reenroll', person }, interaction, calling)
}

/** Ends it, and begins another one for the same request: who was signed in has to be so again where that was asked. */
async function cancel(_: object, calling: Calling): Promise<IonAnswer> {
  const { interaction, underWay, visit } = calling
  if (!(await useUp(interaction, visit.context))) return refused('expired')
  const again = { ...interaction, id: randomToken(), began: visit.now }
  return identifying({ interaction: again, underWay, visit })
}

/** Below {@link IDX_PATH}. */
export const CALLS: ReadonlyMap<string, Call> = new Map([
  ['introspect', { ...call(ANY, Nothing, introspect), handles: BEGINNING_HANDLES }],
  ['identify', call(['identify', 'challenge'], Identify, identify)],
  ['challenge', call(['challenge'], Challenge, challenge)],
  ['challenge/answer', call(['challenge', 'reenroll'], Answer, answer)],
  ['consent', call(['consent'], Consent, consent)],
  ['cancel', call(ANY, Nothing, cancel)],
])
