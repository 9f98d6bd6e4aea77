/** Where people choose a password: because theirs has expired, was forgotten, or was never there. */
import type { PasswordRequirement } from '../domain/password-requirement.ts'
import { limits } from '../platform/limits.ts'
import { formSource } from './addresses.ts'
import type { PageProps, PresentedApp } from './branding.ts'
import { SELF } from './headers.ts'
import type { Messages } from './messages.ts'
import { pageResponse } from './page.tsx'
import { Alert, AppTile, Fields, Sentence } from './parts.tsx'

/** What was wrong with what was sent: it was not the same twice, or it misses something, or the answer was wrong. */
export type NewPasswordError =
  'DIFFERENT' | 'ANSWER' | 'TOO_MANY_ATTEMPTS' | readonly PasswordRequirement[]

/** Why a password is chosen. */
export type NewPasswordReason = 'EXPIRED' | 'RECOVERY' | 'ACTIVATION'

export interface NewPasswordProps extends PageProps {
  /** Where the form is posted, a path of ours. */
  readonly action: string
  /** Hidden inputs of the form. */
  readonly fields: Readonly<Record<string, string>>
  readonly reason: NewPasswordReason
  /** Answered first; null: nothing is asked. */
  readonly question: string | null
  /** Whose password it is. */
  readonly login: string
  /** Null for somebody who signs in without an app. */
  readonly app: PresentedApp | null
  readonly error: NewPasswordError | null
  /** Where the answer to the form may send the browser; null when it stays with us. */
  readonly redirectUri: string | null
}

const ERROR_ID = 'password-error'
const RULES_ID = 'password-rules'

const RULES = {
  minLength: 'ruleMinLength',
  maxLength: 'ruleMaxLength',
  lowerCase: 'ruleLowerCase',
  upperCase: 'ruleUpperCase',
  number: 'ruleNumber',
  wellFormed: 'ruleWellFormed',
  excludesLogin: 'ruleExcludesLogin',
  differs: 'ruleDiffers',
} as const satisfies Record<PasswordRequirement, keyof Messages>

/** Told before anybody misses them; the others nobody misses by chance. */
const TOLD: readonly PasswordRequirement[] = [
  'minLength',
  'lowerCase',
  'upperCase',
  'number',
  'excludesLogin',
  'differs',
]

const TEXTS = {
  EXPIRED: {
    title: 'newPasswordTitle',
    introduction: 'newPasswordIntroduction',
    submit: 'changePassword',
  },
  RECOVERY: {
    title: 'newPasswordTitle',
    introduction: 'recoveryIntroduction',
    submit: 'changePassword',
  },
  ACTIVATION: {
    title: 'activationTitle',
    introduction: 'activationIntroduction',
    submit: 'setPassword',
  },
} as const satisfies Record<NewPasswordReason, Record<string, keyof Messages>>

const ERRORS = {
  DIFFERENT: { message: 'passwordsDiffer', status: 400 },
  ANSWER: { message: 'answerWrong', status: 403 },
  TOO_MANY_ATTEMPTS: { message: 'tooManyAttempts', status: 429 },
} as const satisfies Record<string, { message: keyof Messages; status: number }>

const errorText = (error: NewPasswordError, messages: Messages): string =>
  typeof error === 'string'
    ? messages[ERRORS[error].message]
    : `${messages.passwordNeeds} ${error.map((one) => messages[RULES[one]]).join(', ')}.`

function statusOf(error: NewPasswordError | null): number {
  if (error === null) return 200
  return typeof error === 'string' ? ERRORS[error].status : 400
}

const Rules = ({ reason, messages }: Pick<NewPasswordProps, 'reason' | 'messages'>) => (
  <div class="rules" id={RULES_ID}>
    {messages.passwordNeeds}
    <ul>
      {TOLD.filter((one) => one !== 'differs' || reason !== 'ACTIVATION').map((one) => (
        <li>{messages[RULES[one]]}</li>
      ))}
    </ul>
  </div>
)

interface FieldProps {
  readonly name: 'answer' | 'newPassword' | 'confirmPassword'
  readonly label: string
  readonly isFirst: boolean
  readonly error: NewPasswordError | null
}

/** Which field an error is about. */
function isWrong(name: FieldProps['name'], error: NewPasswordError | null): boolean {
  if (error === null || error === 'TOO_MANY_ATTEMPTS') return false
  if (error === 'ANSWER') return name === 'answer'
  return name === (error === 'DIFFERENT' ? 'confirmPassword' : 'newPassword')
}

function Field({ name, label, isFirst, error }: FieldProps) {
  const described = [
    ...(error === null ? [] : [ERROR_ID]),
    ...(name === 'newPassword' ? [RULES_ID] : []),
  ]
  const isAnswer = name === 'answer'
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type={isAnswer ? 'text' : 'password'}
        autocomplete={isAnswer ? 'off' : 'new-password'}
        required
        autofocus={isFirst}
        {...(described.length > 0 && { 'aria-describedby': described.join(' ') })}
        {...(isWrong(name, error) && { 'aria-invalid': 'true' as const })}
      />
    </div>
  )
}

function Form({ action, fields, reason, question, login, error, messages }: NewPasswordProps) {
  const asks = question !== null
  return (
    <form method="post" action={action}>
      <Fields fields={fields} />
      {/* What keeps passwords has to know whose this one is. */}
      <input type="text" name="username" autocomplete="username" value={login} readonly hidden />
      {asks && <Field name="answer" label={question} isFirst error={error} />}
      <Field name="newPassword" label={messages.newPassword} isFirst={!asks} error={error} />
      <Rules reason={reason} messages={messages} />
      <Field
        name="confirmPassword"
        label={messages.confirmPassword}
        isFirst={false}
        error={error}
      />
      <button class="button main" type="submit" id="password-submit">
        {messages[TEXTS[reason].submit]}
      </button>
    </form>
  )
}

/** 200; 400 after a password that will not do, 403 after a wrong answer, 429 after too many of either. */
export function newPasswordPage(props: NewPasswordProps): Promise<Response> {
  const { messages, app, error, login, redirectUri, reason } = props
  const target = redirectUri === null ? null : formSource(redirectUri)
  const title = messages[TEXTS[reason].title]
  return pageResponse(props, {
    title,
    status: statusOf(error),
    app,
    formTargets: target === null ? [SELF] : [SELF, target],
    ...(error === 'TOO_MANY_ATTEMPTS' && {
      headers: { 'retry-after': String(limits.attemptsWindowSeconds) },
    }),
    main: (
      <>
        {app !== null && <AppTile app={app} />}
        <h1>{title}</h1>
        <p class="lead">
          <Sentence
            text={messages[TEXTS[reason].introduction]}
            slot={
              <strong>
                <bdi>{login}</bdi>
              </strong>
            }
          />
        </p>
        {error !== null && <Alert id={ERROR_ID} text={errorText(error, messages)} />}
        <Form {...props} />
      </>
    ),
  })
}
