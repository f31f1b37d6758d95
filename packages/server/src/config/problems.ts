/** What is wrong with a configuration, collected, so that one error tells all of it. */
import { SlipwayError } from '@slipway/core'

export interface Problem {
  readonly path: string
  readonly rule: string
  readonly got: string
  readonly remedy?: string | undefined
}

const sentence = ({ path, rule, got, remedy }: Problem) =>
  `${path === '' ? '' : `${path}: `}${rule}, got ${got}${remedy === undefined ? '' : `. ${remedy}`}`

/** Throws SLP-R19 with one line per problem, where there is any. */
export function assertNoProblems(model: string, problems: readonly Problem[]): void {
  const [first] = problems
  if (!first) return
  const lead = `Cannot serve model "${model}"`
  if (problems.length > 1) {
    const lines = problems.map((problem) => `\n- ${sentence(problem)}`)
    throw new SlipwayError(
      'SLP-R19',
      `${lead}: its configuration breaks ${problems.length} rules${lines.join('')}`,
    )
  }
  const { path, rule, got, remedy } = first
  throw new SlipwayError('SLP-R19', `${lead}: ${rule}, got ${got}`, {
    ...(path !== '' && { path }),
    ...(remedy !== undefined && { remedy }),
  })
}
