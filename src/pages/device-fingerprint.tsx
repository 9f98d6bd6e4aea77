/**
 * A page that nobody sees: in a frame of an app's page it tells that page, and no other, a name for this browser, in
 * the messages that Okta's SDK exchanges with it. The name is a random one that the frame keeps, if it may.
 */
import type { PageProps } from './branding.ts'
import { pageResponse } from './page.tsx'
import { embeddedJson } from './post-message.tsx'

export interface DeviceFingerprintProps extends PageProps {
  /** Of the page that may frame this one, and is told. */
  readonly origin: string
}

const TELL = `
var app = JSON.parse(document.getElementById('app').textContent)
function tell(message) {
  parent.postMessage(JSON.stringify(message), app)
}
function isAsked(event) {
  try {
    return event.origin === app && JSON.parse(event.data).type === 'GetFingerprint'
  } catch {
    return false
  }
}
function made() {
  var bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, '0') }).join('')
}
function fingerprint() {
  try {
    var name = localStorage.getItem('edgemint_device') || made()
    localStorage.setItem('edgemint_device', name)
    return name
  } catch {
    return made()
  }
}
addEventListener('message', function (event) {
  if (isAsked(event)) tell({ type: 'FingerprintAvailable', fingerprint: fingerprint() })
})
tell({ type: 'FingerprintServiceReady' })
`

export function deviceFingerprintPage(props: DeviceFingerprintProps): Promise<Response> {
  const { origin, branding } = props
  const app = embeddedJson(origin)
  return pageResponse(props, {
    title: branding.orgName,
    script: TELL,
    framedBy: origin,
    main: <script type="application/json" id="app" dangerouslySetInnerHTML={{ __html: app }} />,
  })
}
