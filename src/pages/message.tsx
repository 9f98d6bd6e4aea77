/** Pages that say one thing: expired, later. */
import type { PageProps } from './branding.ts'
import type { Messages } from './messages.ts'
import { pageResponse } from './page.tsx'
import { Icon } from './parts.tsx'

/** What there is to say. */
export type MessageName = 'EXPIRED' | 'TRY_AGAIN_LATER'

export interface MessageProps extends PageProps {
  readonly message: MessageName
  /** Becomes `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** Where somebody starts again, a path of ours. */
  readonly startUri: string | null
}

interface Row {
  readonly status: number
  readonly title: keyof Messages
  readonly text: keyof Messages
}

const ROWS = {
  EXPIRED: { status: 400, title: 'expiredTitle', text: 'expired' },
  TRY_AGAIN_LATER: { status: 503, title: 'laterTitle', text: 'later' },
} as const satisfies Record<MessageName, Row>

/** 400 for EXPIRED, 503 for TRY_AGAIN_LATER. */
export function messagePage(props: MessageProps): Promise<Response> {
  const { messages, message, retryAfterSeconds, startUri } = props
  const { status, title, text } = ROWS[message]
  return pageResponse(props, {
    title: messages[title],
    status,
    headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
    main: (
      <>
        <div class="tile" aria-hidden="true">
          <Icon name="clock" />
        </div>
        <h1>{messages[title]}</h1>
        <p class="lead">{messages[text]}</p>
        {startUri !== null && (
          <div class="stack">
            <a class="button" href={startUri}>
              {messages.startAgain}
            </a>
          </div>
        )}
      </>
    ),
  })
}
