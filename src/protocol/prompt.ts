/** What a client may want of the person in front of the page, OpenID Connect Core §3.1.2.1. */
export const PROMPTS = ['none', 'login', 'consent'] as const

export type Prompt = (typeof PROMPTS)[number]
