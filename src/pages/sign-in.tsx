/** Where people sign in: for an app (OpenID Connect Core §3.1.2.3) or for themselves. */
import { formSource } from './addresses.ts'
import type { PageProps, PresentedApp } from './branding.ts'
import { SELF } from './headers.ts'
import type { Messages } from './messages.ts'
import { pageResponse } from './page.tsx'
import { Alert, AppName, AppTile, Away, Fields, Sentence } from './parts.tsx'

/** Why the last attempt did not succeed. */
export type SignInError = 'CREDENTIALS' | 'PASSWORD_EXPIRED' | 'TOO_MANY_ATTEMPTS' | 'SIGN_IN_ENDED'

export interface SignInProps extends PageProps {
  /** Where the form is posted, a path of ours: `/signin`. */
  readonly action: string
  readonly transaction: string
  /** What was typed last, or the login hint. */
  readonly identifier: string | null
  /** Null for somebody who signs in without an app. */
  readonly app: PresentedApp | null
  readonly error: SignInError | null
  /** Seconds after which TOO_MANY_ATTEMPTS may be over. */
  readonly retryAfterSeconds?: number
  /** Where the answer to the form may send the browser; null when it stays with us. */
  readonly redirectUri: string | null
}

const ERRORS = {
  CREDENTIALS: { status: 403, message: 'wrongCredentials' },
  PASSWORD_EXPIRED: { status: 403, message: 'passwordExpired' },
  TOO_MANY_ATTEMPTS: { status: 429, message: 'tooManyAttempts' },
  SIGN_IN_ENDED: { status: 403, message: 'signInEnded' },
} as const satisfies Record<SignInError, { status: number; message: keyof Messages }>

const ERROR_ID = 'signin-error'

function Lead({ app, messages }: SignInProps) {
  return (
    <p class="lead">
      {app === null ? (
        messages.toContinue
      ) : (
        <Sentence
          text={messages.toContinueTo}
          slot={
            <Away uri={app.clientUri}>
              <AppName app={app} />
            </Away>
          }
        />
      )}
    </p>
  )
}

function Form({ action, transaction, identifier, error, messages }: SignInProps) {
  const known = identifier !== null && identifier !== ''
  const described = error === null ? {} : { 'aria-describedby': ERROR_ID }
  const marked = error === 'CREDENTIALS' ? { 'aria-invalid': 'true' as const } : {}
  return (
    <form method="post" action={action}>
      <Fields fields={{ transaction }} />
      <div class="field">
        <label for="identifier">{messages.identifier}</label>
        <input
          id="identifier"
          name="identifier"
          type="text"
          inputmode="email"
          autocomplete="username"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          dir="auto"
          required
          value={identifier ?? ''}
          autofocus={!known}
          {...described}
          {...marked}
        />
      </div>
      <div class="field">
        <label for="password">{messages.password}</label>
        <input
          id="password"
          name="password"
          type="password"
          autocomplete="current-password"
          required
          autofocus={known}
          {...described}
          {...marked}
        />
      </div>
      <button class="button main" type="submit" id="signin-submit">
        {messages.signIn}
      </button>
    </form>
  )
}

/** 200; 403 after credentials that do not open, 429 after too many of them. */
export function signInPage(props: SignInProps): Promise<Response> {
  const { messages, app, error, retryAfterSeconds, redirectUri } = props
  const target = redirectUri === null ? null : formSource(redirectUri)
  const waits = error === 'TOO_MANY_ATTEMPTS' && retryAfterSeconds !== undefined
  return pageResponse(props, {
    title: messages.signIn,
    status: error === null ? 200 : ERRORS[error].status,
    headers: waits ? { 'retry-after': String(retryAfterSeconds) } : {},
    app,
    formTargets: target === null ? [SELF] : [SELF, target],
    main: (
      <>
        {app !== null && <AppTile app={app} />}
        <h1>{messages.signIn}</h1>
        <Lead {...props} />
        {error !== null && <Alert id={ERROR_ID} text={messages[ERRORS[error].message]} />}
        <Form {...props} />
      </>
    ),
  })
}
