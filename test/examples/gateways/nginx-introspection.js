// What nginx does with the answer of introspection, by njs. It is called for every request that nginx.conf guards.
const AUDIENCE = 'api://orders'
const SCOPE = 'orders:read'

function refuse(r, status, challenge) {
  r.headersOut['WWW-Authenticate'] = challenge
  r.return(status)
}

// Nothing may be thrown after a subrequest: that ends the worker, with the requests of everybody.
function read(r, text) {
  try {
    return JSON.parse(text)
  } catch (fault) {
    r.error(`introspection: ${fault.message}`)
    return null
  }
}

async function check(r) {
  const presented = /^Bearer +([\w.~+/-]+=*)$/i.exec(r.headersIn.Authorization || '')
  if (presented === null) return refuse(r, 401, 'Bearer')
  const body = `token=${encodeURIComponent(presented[1])}&token_type_hint=access_token`
  const reply = await r.subrequest('/_introspect', { method: 'POST', body: body })
  // Neither good nor bad while nobody can say.
  if (reply.status !== 200) return r.return(503)
  const token = read(r, reply.responseText)
  if (token === null) return r.return(503)
  // Refresh tokens and ID tokens are active, too, where they are told to their own app.
  const isAccessToken = token.active === true && String(token.jti).startsWith('AT.')
  if (!isAccessToken || token.aud !== AUDIENCE)
    return refuse(r, 401, 'Bearer error="invalid_token"')
  if (!String(token.scope).split(' ').includes(SCOPE))
    return refuse(r, 403, `Bearer error="insufficient_scope", scope="${SCOPE}"`)
  // What comes after the end of a line would be another header.
  if (/[^ -~\u0080-\uffff]/.test(token.sub)) return refuse(r, 401, 'Bearer error="invalid_token"')
  r.headersOut['Token-Subject'] = token.sub
  r.return(204)
}

export default { check }
