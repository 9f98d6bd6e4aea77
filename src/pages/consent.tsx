/** Where people decide what an app may do in their name (OpenID Connect Core §3.1.2.4). */
import type { Scope } from '../domain/scope.ts'
import { formSource } from './addresses.ts'
import type { PageProps, PresentedApp, PresentedUser } from './branding.ts'
import { SELF } from './headers.ts'
import type { Messages } from './messages.ts'
import { pageResponse } from './page.tsx'
import { AppName, AppTile, Away, Fields, Icon, Person, Sentence, sentence } from './parts.tsx'

/** An optional one is posted as `scope` when it stays checked; the others are given with the decision. */
export type ConsentScope = Pick<Scope, 'name' | 'displayName' | 'description' | 'optional'>

export interface ConsentProps extends PageProps {
  /** Where the form is posted, a path of ours: `/consent`. */
  readonly action: string
  readonly transaction: string
  readonly app: PresentedApp
  readonly user: PresentedUser
  readonly scopes: readonly ConsentScope[]
  /** Where the answer to the form may send the browser; null when it stays with us. */
  readonly redirectUri: string | null
}

const ScopeText = ({
  scope: { name, displayName, description, optional },
  messages,
}: {
  readonly scope: ConsentScope
  readonly messages: Messages
}) => (
  <span>
    <b>
      <bdi>{displayName ?? name}</bdi>
      {optional && <em>{messages.optional}</em>}
    </b>
    {description !== null && (
      <small>
        <bdi>{description}</bdi>
      </small>
    )}
  </span>
)

function Item({ scope, messages }: { readonly scope: ConsentScope; readonly messages: Messages }) {
  if (!scope.optional) {
    return (
      <li>
        <div>
          <Icon name="check" />
          <ScopeText scope={scope} messages={messages} />
        </div>
      </li>
    )
  }
  return (
    <li>
      <label>
        <input type="checkbox" name="scope" value={scope.name} checked />
        <ScopeText scope={scope} messages={messages} />
      </label>
    </li>
  )
}

/** The refusal stands first, so that Enter in a checkbox gives nothing away. */
const Decision = ({ messages }: { readonly messages: Messages }) => (
  <div class="buttons">
    <button class="button" type="submit" id="consent-deny" name="decision" value="deny">
      {messages.deny}
    </button>
    <button class="button main" type="submit" id="consent-allow" name="decision" value="allow">
      {messages.allow}
    </button>
  </div>
)

/** 200. */
export function consentPage(props: ConsentProps): Promise<Response> {
  const { messages, action, transaction, app, user, scopes, redirectUri } = props
  const target = redirectUri === null ? null : formSource(redirectUri)
  const name = (
    <Away uri={app.clientUri}>
      <AppName app={app} />
    </Away>
  )
  return pageResponse(props, {
    title: sentence(messages.consentTitle, app.label),
    app,
    formTargets: target === null ? [SELF] : [SELF, target],
    main: (
      <>
        <AppTile app={app} />
        <h1>
          <Sentence text={messages.consentTitle} slot={name} />
        </h1>
        <Person user={user} messages={messages} />
        <form method="post" action={action}>
          <Fields fields={{ transaction }} />
          <p class="lead" id="consent-scopes">
            {messages.consentIntroduction}
          </p>
          <ul class="scopes" aria-labelledby="consent-scopes">
            {scopes.map((scope) => (
              <Item scope={scope} messages={messages} />
            ))}
          </ul>
          <Decision messages={messages} />
        </form>
      </>
    ),
  })
}
