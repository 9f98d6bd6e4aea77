/** Leaving (OpenID Connect RP-Initiated Logout §2): the question, and that it is done. */
import { limits } from '../platform/limits.ts'
import { formSource, frameOf, leadsAway } from './addresses.ts'
import type { PageProps, PresentedUser } from './branding.ts'
import { SELF } from './headers.ts'
import { pageResponse } from './page.tsx'
import { Fields, Icon, Person } from './parts.tsx'

export interface SignOutQuestionProps extends PageProps {
  /** Where the form is posted, a path of ours. */
  readonly action: string
  /** Hidden inputs of the form. */
  readonly fields: Readonly<Record<string, string>>
  /** Null when it is not known who asks. */
  readonly user: PresentedUser | null
  /** Where somebody goes who stays, a path of ours. */
  readonly stayUri: string | null
  /** Where the answer to the form may send the browser; null when it stays with us. */
  readonly redirectUri: string | null
}

/** 200. */
export function signOutQuestionPage(props: SignOutQuestionProps): Promise<Response> {
  const { messages, action, fields, user, stayUri, redirectUri } = props
  const target = redirectUri === null ? null : formSource(redirectUri)
  return pageResponse(props, {
    title: messages.signOutTitle,
    inPopup: false,
    formTargets: target === null ? [SELF] : [SELF, target],
    main: (
      <>
        <div class="tile" aria-hidden="true">
          <Icon name="leave" />
        </div>
        <h1>{messages.signOutTitle}</h1>
        <p class="lead">{messages.signOutIntroduction}</p>
        {user !== null && <Person user={user} messages={messages} />}
        <div class="stack">
          <form method="post" action={action}>
            <Fields fields={fields} />
            <button class="button main" type="submit" id="logout-confirm">
              {messages.signOut}
            </button>
          </form>
          {stayUri !== null && (
            <a class="button" href={stayUri}>
              {messages.staySignedIn}
            </a>
          )}
        </div>
      </>
    ),
  })
}

export interface SignedOutProps extends PageProps {
  /** Where somebody signs in again, a path of ours. */
  readonly signInUri: string | null
  /** Pages of apps in which they sign their person out. */
  readonly frameUris: readonly string[]
  /** Where the browser goes once those pages are loaded; null when it stays. */
  readonly nextUri: string | null
}

/** A frame that does not load keeps the browser for as long as this; without script a link leads on. */
const LEAVE = `setTimeout(() => location.replace(document.getElementById('signed-out-continue').href), ${limits.logoutFramesMillis})`

/** 200. */
export function signedOutPage(props: SignedOutProps): Promise<Response> {
  const { messages, signInUri, frameUris } = props
  const nextUri = props.nextUri !== null && leadsAway(props.nextUri) ? props.nextUri : null
  return pageResponse(props, {
    title: messages.signedOut,
    inPopup: false,
    frames: frameUris.flatMap((uri) => frameOf(uri) ?? []),
    next: nextUri,
    ...(nextUri !== null && { script: LEAVE }),
    main: (
      <div id="signed-out">
        <div class="tile" aria-hidden="true">
          <Icon name="check" />
        </div>
        <h1>{messages.signedOut}</h1>
        <p class="lead">{nextUri === null ? messages.signedOutIntroduction : messages.returning}</p>
        {nextUri !== null && (
          <div class="stack">
            <a class="button main" id="signed-out-continue" href={nextUri}>
              {messages.continue}
            </a>
          </div>
        )}
        {signInUri !== null && (
          <div class="stack">
            <a class="button" href={signInUri}>
              {messages.signInAgain}
            </a>
          </div>
        )}
      </div>
    ),
  })
}
