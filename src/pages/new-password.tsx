/** Where people whose password has expired choose another one, on the way into an app or for themselves. */
import type { PasswordRequirement } from '../domain/password-requirement.ts'
import { formSource } from './addresses.ts'
import type { PageProps, PresentedApp } from './branding.ts'
import { SELF } from './headers.ts'
import type { Messages } from './messages.ts'
import { pageResponse } from './page.tsx'
import { Alert, AppTile, Fields, Sentence } from './parts.tsx'

/** What was wrong with what was sent: it was not the same twice, or it misses something. */
export type NewPasswordError = 'DIFFERENT' | readonly PasswordRequirement[]

export interface NewPasswordProps extends PageProps {
  /** Where the form is posted, a path of ours. */
  readonly action: string
  /** Hidden inputs of the form. */
  readonly fields: Readonly<Record<string, string>>
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

const errorText = (error: NewPasswordError, messages: Messages): string =>
  error === 'DIFFERENT'
    ? messages.passwordsDiffer
    : `${messages.passwordNeeds} ${error.map((one) => messages[RULES[one]]).join(', ')}.`

const Rules = ({ messages }: { readonly messages: Messages }) => (
  <div class="rules" id={RULES_ID}>
    {messages.passwordNeeds}
    <ul>
      {TOLD.map((one) => (
        <li>{messages[RULES[one]]}</li>
      ))}
    </ul>
  </div>
)

function Field({
  name,
  label,
  isFirst,
  error,
}: {
  readonly name: string
  readonly label: string
  readonly isFirst: boolean
  readonly error: NewPasswordError | null
}) {
  const described = [...(error === null ? [] : [ERROR_ID]), ...(isFirst ? [RULES_ID] : [])]
  const isWrong = error !== null && (isFirst ? error !== 'DIFFERENT' : error === 'DIFFERENT')
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        id={name}
        name={name}
        type="password"
        autocomplete="new-password"
        required
        autofocus={isFirst}
        {...(described.length > 0 && { 'aria-describedby': described.join(' ') })}
        {...(isWrong && { 'aria-invalid': 'true' as const })}
      />
    </div>
  )
}

function Form({ action, fields, login, error, messages }: NewPasswordProps) {
  return (
    <form method="post" action={action}>
      <Fields fields={fields} />
      {/* What keeps passwords has to know whose this one is. */}
      <input type="text" name="username" autocomplete="username" value={login} readonly hidden />
      <Field name="newPassword" label={messages.newPassword} isFirst error={error} />
      <Rules messages={messages} />
      <Field
        name="confirmPassword"
        label={messages.confirmPassword}
        isFirst={false}
        error={error}
      />
      <button class="button main" type="submit" id="password-submit">
        {messages.changePassword}
      </button>
    </form>
  )
}

/** 200; 400 after a password that will not do. */
export function newPasswordPage(props: NewPasswordProps): Promise<Response> {
  const { messages, app, error, login, redirectUri } = props
  const target = redirectUri === null ? null : formSource(redirectUri)
  return pageResponse(props, {
    title: messages.newPasswordTitle,
    status: error === null ? 200 : 400,
    app,
    formTargets: target === null ? [SELF] : [SELF, target],
    main: (
      <>
        {app !== null && <AppTile app={app} />}
        <h1>{messages.newPasswordTitle}</h1>
        <p class="lead">
          <Sentence
            text={messages.newPasswordIntroduction}
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
