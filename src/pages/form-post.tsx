/** The answer to an app as a form that submits itself (OAuth 2.0 Form Post Response Mode §2). */
import { formSource } from './addresses.ts'
import type { PageProps, PresentedApp } from './branding.ts'
import { pageResponse } from './page.tsx'
import { AppName, Fields, Sentence } from './parts.tsx'

export interface FormPostProps extends PageProps {
  /** The registered redirect URI. */
  readonly redirectUri: string
  /** Of a success or of an error. */
  readonly parameters: Readonly<Record<string, string>>
  readonly app: PresentedApp | null
}

const SUBMIT = 'document.forms[0].submit()'

/** 200. Without script the button does it, which otherwise appears only when nothing happens. */
export function formPostPage(props: FormPostProps): Promise<Response> {
  const { messages, redirectUri, parameters, app } = props
  const target = formSource(redirectUri)
  if (target === null) throw new RangeError('No form can be sent to this redirect URI')
  return pageResponse(props, {
    title: messages.returningTitle,
    script: SUBMIT,
    formTargets: [target],
    main: (
      <>
        <h1>{messages.returningTitle}</h1>
        <p class="lead">
          {app === null ? (
            messages.returning
          ) : (
            <Sentence text={messages.returningTo} slot={<AppName app={app} />} />
          )}
        </p>
        <form method="post" action={redirectUri}>
          <Fields fields={parameters} />
          <button class="button main shortly" type="submit">
            {messages.continue}
          </button>
        </form>
      </>
    ),
  })
}
