/** The page on which a password that has expired is replaced, as part of the sign-in that found it so. */
import { presentedApp } from '../pages/branding.ts'
import { newPasswordPage, type NewPasswordError } from '../pages/new-password.tsx'
import type { SignInForm } from './letting-in.ts'
import { pagePropsOf } from './visit.ts'

export const NEW_PASSWORD_PATH = '/signin/password'

export interface NewPasswordForm {
  /** That the old password was right, sealed. */
  readonly proof: string
  readonly login: string
  readonly error: NewPasswordError | null
}

export const newPasswordForm = async (
  { proof, login, error }: NewPasswordForm,
  { sent, underWay, visit }: SignInForm,
): Promise<Response> =>
  newPasswordPage({
    ...(await pagePropsOf(visit, underWay?.request.uiLocales)),
    action: NEW_PASSWORD_PATH,
    fields: { transaction: sent.get('transaction') ?? '', proof },
    reason: 'EXPIRED',
    question: null,
    login,
    app: underWay === null ? null : presentedApp(underWay.client),
    error,
    redirectUri: underWay?.request.redirectUri ?? null,
  })
