/**
 * What the apps of the tests have in common. `/` is for everybody and says who is signed in, `/profile` asks for a
 * sign-in, and the button of `/` signs out; what goes wrong on the way is shown with its error code.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type ErrorRequestHandler, type Express } from 'express'
import session, { MemoryStore } from 'express-session'

/** What an app is told of its registration. */
export interface Registration {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly baseUrl: string
  readonly scope: string
}

/** A library that signs people in for an Express app. */
export interface Library {
  readonly name: string
  readonly authMethod: 'client_secret_basic' | 'client_secret_post'
  readonly callbackPath: string
  /** Where the browser comes back to when it was signed out, after the base URL. */
  readonly signedOutPath: string
  /** Where the app is told of logouts, of a library that can be. */
  readonly backChannelPath?: string
  readonly frontChannelPath?: string
  readonly revokesTokens?: true
  /** What a page of it says when the org refused. */
  readonly refusal: RegExp
  readonly app: (registration: Registration) => Promise<Express>
}

/** What `/profile` says, as JSON. */
export interface Profile {
  readonly sub: string
  /** From userinfo. */
  readonly name: string | undefined
  readonly accessToken?: string | undefined
}

/** The page for everybody. */
export const home = (sub: string | undefined, logoutMethod: 'get' | 'post'): string =>
  sub === undefined
    ? '<p>nobody</p>'
    : `<p>${sub}</p><form method="${logoutMethod}" action="/logout"><button>Sign out</button></form>`

export const showError: ErrorRequestHandler = (
  error: Error & { error?: string },
  _,
  response,
  __,
) => {
  const status = response.statusCode >= 400 ? response.statusCode : 400
  response.status(status).send(`<p id="error">${error.error ?? error.message}</p>`)
}

/** An app that keeps its sessions itself, in a cookie of its own. */
export function sessionApp(cookieName: string): Express {
  const app = express()
  const options = { resave: false, saveUninitialized: false, store: new MemoryStore() }
  app.use(session({ ...options, name: cookieName, secret: 'a secret of the tests only' }))
  return app
}

/** A port of an app, which is there before the app. */
export class Place {
  readonly #server: Server
  readonly baseUrl: string

  private constructor(server: Server) {
    this.#server = server
    this.baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async open(port = 0): Promise<Place> {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    return new Place(server)
  }

  serve(app: Express): void {
    this.#server.on('request', app)
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}
