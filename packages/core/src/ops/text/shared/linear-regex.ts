/** Regular expressions in RE2 syntax, matched in time linear in the text: a pattern from a model may be hostile. */
import { refuse } from '../../refuse.ts'
import { automaton } from './regex/automaton.ts'
import { parsePattern } from './regex/parse.ts'

/** Whether all of a text matches. Throws SLP-O2 for what is not RE2 syntax. */
export function fullMatcher(pattern: string): (text: string) => boolean {
  const fail = (reason: string): never =>
    refuse('pattern must be an expression in RE2 syntax', pattern, `Change the pattern: ${reason}.`)
  return automaton(parsePattern(pattern, fail), fail)
}
