/** What is asked of a new password, by names that pages and answers put into words. */
export type PasswordRequirement =
  | 'minLength'
  | 'maxLength'
  | 'lowerCase'
  | 'upperCase'
  | 'number'
  | 'wellFormed'
  | 'excludesLogin'
  | 'differs'
