/** The passes of Slipway itself, in the order in which they run. The list is derived from the directory. */
import { inOrder, type Pass } from './define.ts'
import { definitions } from './registry.gen.ts'

export const defaultPasses: readonly Pass[] = inOrder(definitions)

/** The pass of a name among `passes`, or undefined. */
export function tryFindPass(name: string, passes: readonly Pass[] = defaultPasses): Pass | undefined {
  return passes.find((pass) => pass.name === name)
}
