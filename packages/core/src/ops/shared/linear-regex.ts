/** Regular expressions in RE2 syntax, matched in time linear in the text: a pattern from a model may be hostile. */
import { RE2JS, RE2JSException } from 're2js'
import { refuse } from '../refuse.ts'

/** Whether all of a text matches. Throws SLP-O2 for what is not RE2 syntax. */
export function fullMatcher(pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.matches(text)
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error
    return refuse('pattern must be an expression in RE2 syntax', pattern, error.message)
  }
}
