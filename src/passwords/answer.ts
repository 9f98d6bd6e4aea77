/** Answers to recovery questions, which are hashed and tried like passwords. */

/** Answers are compared without case and without how they were spaced. */
export const answerText = (answer: string): string =>
  answer.trim().replaceAll(/\s+/g, ' ').toLowerCase()
