// An Express app that checks access tokens by the published keys. `strict` takes tokens of the profile of RFC 9068 only,
// and `requiredScopes` reads their claim `scope`: "accessTokenProfile": "RFC9068" at the authorization server.
//   ISSUER=https://login.example.com/oauth2/orders AUDIENCE=api://orders PORT=3000 node express.mjs
import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'

const { ISSUER, AUDIENCE, PORT } = process.env

const app = express()
app.use(auth({ issuerBaseURL: ISSUER, audience: AUDIENCE, tokenSigningAlg: 'RS256', strict: true }))

app.get('/orders/:id', requiredScopes('orders:read'), ({ auth: token, params }, response) => {
  response.json({ order: params.id, subject: token.payload.sub })
})

// Refusals bring their status and challenge along. Express itself would show where they were thrown.
app.use((error, request, response, next) => {
  if (response.headersSent) return next(error)
  const { status = 500, headers = {} } = error
  response.set(headers).sendStatus(status)
})

app.listen(Number(PORT), '127.0.0.1')
