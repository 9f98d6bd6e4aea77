/**
 * Which scopes a person must decide on, and what is granted then: Okta's matrix of `prompt`, the app's consent_method
 * and each scope's `consent`. REQUIRED and FLEXIBLE differ for clients without a person only. Optional scopes may be
 * skipped; they are left out and not asked again until they are required or `prompt=consent` asks. Pure.
 */
import type { Client } from '../domain/client.ts'
import type { Scope } from '../domain/scope.ts'
import type { CompiledServer } from '../issuer/compile.ts'
import { OAuthError, printable, reasons } from '../protocol/errors.ts'
import type { AuthorizationRequest } from './request.ts'

export interface ConsentQuestion {
  readonly server: Pick<CompiledServer, 'server' | 'scopes'>
  readonly client: Pick<Client, 'flows'>
  readonly request: Pick<AuthorizationRequest, 'prompts'>
  /** What the policies allow. */
  readonly scopes: readonly string[]
  /** What the person gave this client at this server before. */
  readonly consented: readonly string[]
  /** Optional scopes that the person skipped before. */
  readonly skipped: readonly string[]
}

export type ConsentStep =
  | { readonly step: 'continue'; readonly scopes: readonly string[] }
  | {
      readonly step: 'ask'
      readonly required: readonly Scope[]
      readonly optional: readonly Scope[]
    }
  | { readonly step: 'error'; readonly error: OAuthError }

export function consentStep(question: ConsentQuestion): ConsentStep {
  const { asked, leftOut } = sorted(question)
  if (asked.length === 0) return { step: 'continue', scopes: without(question.scopes, leftOut) }
  if (question.request.prompts.includes('none'))
    return { step: 'error', error: consentRequired(asked) }
  return {
    step: 'ask',
    required: asked.filter(({ optional }) => !optional),
    optional: asked.filter(({ optional }) => optional),
  }
}

/** Where nobody can be asked, what needs consent is had only of who gave it before. Throws OAuthError. */
export function scopesUnasked(question: ConsentQuestion): readonly string[] {
  const step = consentStep(question)
  if (step.step === 'continue') return step.scopes
  // Without prompt=none nothing but a question is left; this tells the compiler so.
  if (step.step === 'error') throw step.error
  const names = [...step.required, ...step.optional].map(({ name }) => name).join(', ')
  const { description } = reasons.password_consent_required
  throw new OAuthError('password_consent_required', printable(`${description} [${names}]. ${HOW}`))
}

const HOW =
  "To access protected scopes using the resource owner password grant type, set the 'consent_method' of the app to 'TRUSTED'."

export type Consent =
  | {
      readonly outcome: 'granted'
      readonly scopes: readonly string[]
      /** What was given now, to be kept. */
      readonly consented: readonly string[]
      /** What was skipped now, to be kept. */
      readonly skipped: readonly string[]
    }
  /** Nothing is left: the same as to decline. */
  | { readonly outcome: 'declined'; readonly error: OAuthError }

/** What comes of allowing, with those of the optional scopes that were chosen. Other names mean nothing. */
export function consentGiven(question: ConsentQuestion, chosen: readonly string[]): Consent {
  const { asked, leftOut } = sorted(question)
  const isGiven = ({ name, optional }: Scope): boolean => !optional || chosen.includes(name)
  const consented = asked.filter(isGiven).map(({ name }) => name)
  const skipped = asked.filter((scope) => !isGiven(scope)).map(({ name }) => name)
  const scopes = without(question.scopes, [...leftOut, ...skipped])
  return scopes.length === 0
    ? { outcome: 'declined', error: new OAuthError('consent_declined') }
    : { outcome: 'granted', scopes, consented, skipped }
}

const without = (names: readonly string[], others: readonly string[]): readonly string[] =>
  names.filter((name) => !others.includes(name))

/** The scopes that are asked about, and the names of those that are left out unasked. */
function sorted(question: ConsentQuestion): {
  readonly asked: readonly Scope[]
  readonly leftOut: readonly string[]
} {
  const { consented, skipped, scopes } = question
  const subject = scopesToConsent(question)
  if (question.request.prompts.includes('consent')) return { asked: subject, leftOut: [] }
  const open = subject.filter(({ name }) => !consented.includes(name))
  const asked = open.filter(({ name, optional }) => !optional || !skipped.includes(name))
  const leftOut = without(
    open.map(({ name }) => name),
    asked.map(({ name }) => name),
  )
  // Who skipped everything is asked again, since there would be nothing to give.
  return leftOut.length === scopes.length ? { asked: open, leftOut: [] } : { asked, leftOut }
}

/** Those of the scopes that depend on consent in this request, given before or not. The org server asks for none. */
export function scopesToConsent({
  server,
  client,
  request,
  scopes,
}: Omit<ConsentQuestion, 'consented' | 'skipped'>): readonly Scope[] {
  const isAsking = request.prompts.includes('consent') || client.flows.consentMethod === 'REQUIRED'
  if (server.server.kind === 'org' || !isAsking) return []
  return scopes.flatMap((name) => {
    const scope = server.scopes.get(name)
    return scope === undefined || scope.consent === 'IMPLICIT' ? [] : [scope]
  })
}

function consentRequired(asked: readonly Scope[]): OAuthError {
  const names = asked.map(({ name }) => name).join(', ')
  const { description } = reasons.user_consent_required
  return new OAuthError('user_consent_required', printable(`${description} [${names}].`))
}
