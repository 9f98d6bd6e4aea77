/** JSON whose shape is what the assertions of a test are about. */
export type Json = Record<string, any> // eslint-disable-line typescript/no-explicit-any
