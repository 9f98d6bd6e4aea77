/** Users: create, read, change, list. */
import type { Json } from '../../json.ts'
import type { Call } from './call.ts'

const profile = (login: string): Json => ({
  firstName: 'Isaac',
  lastName: 'Brock',
  email: login,
  login,
  mobilePhone: '555-415-1337',
})

export const userCalls: readonly Call[] = [
  {
    operation: 'createUser',
    what: 'staged',
    query: { activate: 'false' },
    body: { profile: profile('staged@people.example') },
  },
  {
    operation: 'createUser',
    body: {
      profile: profile('isaac.brock@people.example'),
      credentials: {
        password: { value: 'Tr0ubadour-and-3' },
        recovery_question: { question: 'Which band?', answer: 'The Shins' },
      },
    },
    keep: { id: 'id', userId: 'id' },
  },
  { operation: 'listUsers', query: { limit: '2' } },
  { operation: 'listUsers', what: 'by q', query: { q: 'isaac' } },
  { operation: 'listUsers', what: 'filtered', query: { filter: 'status eq "STAGED"' } },
  {
    operation: 'listUsers',
    what: 'searched in order',
    query: { search: 'profile.lastName sw "Br"', sortBy: 'profile.login', sortOrder: 'desc' },
  },
  { operation: 'getUser' },
  { operation: 'updateUser', body: { profile: { nickName: 'ike' } } },
  { operation: 'replaceUser', body: { profile: profile('isaac.brock@people.example') } },

  {
    operation: 'changePassword',
    body: {
      oldPassword: { value: 'Tr0ubadour-and-3' },
      newPassword: { value: 'Tr0ubadour-and-4' },
      revokeSessions: true,
    },
  },
  {
    operation: 'changeRecoveryQuestion',
    body: {
      password: { value: 'Tr0ubadour-and-4' },
      recovery_question: { question: 'Which song?', answer: 'New Slang' },
    },
  },
  { operation: 'forgotPassword', query: { sendEmail: 'false' } },
  {
    operation: 'forgotPasswordSetNewPassword',
    body: { password: { value: 'Tr0ubadour-and-5' }, recovery_question: { answer: 'New Slang' } },
  },
  { operation: 'suspendUser' },
  { operation: 'unsuspendUser' },
  { operation: 'unlockUser' },
  { operation: 'resetFactors' },
  { operation: 'expirePassword' },
  { operation: 'expirePasswordWithTempPassword', query: { revokeSessions: 'true' } },
  { operation: 'resetPassword', query: { sendEmail: 'false' } },
  { operation: 'reactivateUser', query: { sendEmail: 'false' } },
  { operation: 'deactivateUser' },
  { operation: 'activateUser', query: { sendEmail: 'false' } },
]

export const userEndCalls: readonly Call[] = [
  { operation: 'deleteUser', what: 'who becomes deactivated' },
  { operation: 'deleteUser' },
]
