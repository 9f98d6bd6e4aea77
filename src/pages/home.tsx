/** What somebody sees who signed in without an app. */
import type { PageProps, PresentedUser } from './branding.ts'
import { SELF } from './headers.ts'
import { pageResponse } from './page.tsx'
import { Face, Fields, Sentence, sentence } from './parts.tsx'

export interface SignedInProps extends PageProps {
  readonly user: PresentedUser
  /** Where the form that signs out is posted, a path of ours. */
  readonly action: string
  /** Hidden inputs of that form. */
  readonly fields: Readonly<Record<string, string>>
}

/** 200. */
export function signedInPage(props: SignedInProps): Promise<Response> {
  const { messages, user, action, fields } = props
  return pageResponse(props, {
    title: sentence(messages.homeTitle, user.name),
    inPopup: false,
    formTargets: [SELF],
    main: (
      <>
        <Face user={user} />
        <h1>
          <Sentence text={messages.homeTitle} slot={<bdi>{user.name}</bdi>} />
        </h1>
        <p class="lead">
          <bdi>{user.login}</bdi>
        </p>
        <p class="note">{messages.homeIntroduction}</p>
        <form method="post" action={action}>
          <Fields fields={fields} />
          <button class="button" type="submit" id="signout-submit">
            {messages.signOut}
          </button>
        </form>
      </>
    ),
  })
}
