/**
 * The answer to an app as a message between windows (response mode okta_post_message): from a popup to its opener, from
 * a frame to its parent, and only to the origin of the redirect URI.
 */
import { originSource } from './addresses.ts'
import type { PageProps } from './branding.ts'
import { pageResponse } from './page.tsx'
import { Icon } from './parts.tsx'

export interface PostMessageProps extends PageProps {
  /** Of the redirect URI. No window has the opaque one. */
  readonly origin: string
  /** Of a success or of an error. */
  readonly parameters: Readonly<Record<string, string>>
}

const SEND = [
  "var answer = JSON.parse(document.getElementById('answer').textContent)",
  ';(window.opener || window.parent).postMessage(answer.data, answer.origin)',
].join('\n')

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
export const embeddedJson = (value: unknown): string =>
  JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  )

/** 200. The only page that may be framed, and only by who receives the message. */
export function postMessagePage(props: PostMessageProps): Promise<Response> {
  const { messages, origin, parameters } = props
  const answer = embeddedJson({ origin, data: parameters })
  return pageResponse(props, {
    title: messages.deliveredTitle,
    script: SEND,
    framedBy: originSource(origin),
    main: (
      <>
        <div class="tile shortly" aria-hidden="true">
          <Icon name="check" />
        </div>
        <h1 class="shortly">{messages.deliveredTitle}</h1>
        <p class="lead shortly">{messages.delivered}</p>
        <script type="application/json" id="answer" dangerouslySetInnerHTML={{ __html: answer }} />
      </>
    ),
  })
}
