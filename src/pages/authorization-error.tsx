/** What people see when an app's request cannot be answered to the app itself (RFC 6749 §4.1.2.1). */
import type { PageProps } from './branding.ts'
import { pageResponse } from './page.tsx'
import { Icon } from './parts.tsx'

export interface AuthorizationErrorProps extends PageProps {
  /** The OAuth error code. */
  readonly error: string
  readonly description: string
  /** The parameter that was wrong, where one was. */
  readonly parameter: string | null
  readonly requestId: string
}

/** 400. Nothing on it leads anywhere: what the request asked for is not to be trusted. */
export function authorizationErrorPage(props: AuthorizationErrorProps): Promise<Response> {
  const { messages, error, description, parameter, requestId } = props
  const rows = [
    [messages.errorDescription, <bdi>{description}</bdi>],
    [messages.errorCode, <code>{error}</code>],
    ...(parameter === null ? [] : [[messages.errorParameter, <code>{parameter}</code>]]),
    [messages.requestId, <code>{requestId}</code>],
  ] as const
  return pageResponse(props, {
    title: messages.errorTitle,
    status: 400,
    main: (
      <>
        <div class="tile bad">
          <Icon name="attention" />
        </div>
        <h1>{messages.errorTitle}</h1>
        <p class="lead">{messages.errorIntroduction}</p>
        <dl class="details" id="oauth-error">
          {rows.map(([term, value]) => (
            <div>
              <dt>{term}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </>
    ),
  })
}
