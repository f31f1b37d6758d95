/** What the verification pipeline found, as lines for people. */
import type { Comparison, StageResult, VerifyFinding, VerifyReport } from '@slipway/core/verify'
import { visible } from './terminal.ts'

const marks = { passed: 'ok', failed: 'FAILED', skipped: 'skipped', 'not reached': 'not reached' } as const

/** One line for the stage, one for each finding, and what the stage measured. */
export function stageLines({ stage, status, about, reason, findings, facts }: StageResult): string[] {
  const why = reason === undefined ? '' : ` (${reason})`
  return [
    visible(`${stage.padEnd(11)} ${marks[status]}${why}: ${about}`),
    ...findings.flatMap(findingLines),
    ...factLines(stage, facts),
  ]
}

/** A finding and what usually helps. */
export function findingLines({
  code,
  severity,
  path,
  node,
  operator,
  message,
  hint,
}: VerifyFinding): string[] {
  const where = [
    path,
    node === undefined ? undefined : `node "${node}"${operator === undefined ? '' : ` (${operator})`}`,
  ].filter((part) => part !== undefined)
  const at = where.length > 0 ? ` ${where.join(', ')}` : ''
  return [visible(`  ${severity} ${code}${at}: ${message}`), visible(`    hint: ${hint}`)]
}

function factLines(stage: string, facts: StageResult['facts']): string[] {
  if (stage === 'targets' && facts['accepts']) {
    const why = facts['why'] as Readonly<Record<string, string>> // as the stage states it
    const verdicts = Object.entries(facts['accepts'] as Readonly<Record<string, boolean>>) // as above
    return verdicts.map(([name, accepts]) =>
      visible(`  ${name}: ${accepts ? 'accepts it' : `no, ${why[name]}`}`),
    )
  }
  if (stage === 'parity') {
    const comparisons = (facts['comparisons'] ?? []) as readonly Comparison[] // as the stage states them
    return comparisons.map(({ by, case: name, output, ok, text }) =>
      visible(`  ${ok ? 'ok' : 'off'}: ${by}, ${name}, output "${output}": ${text}`),
    )
  }
  return []
}

/** The last line. */
export function summaryLine({ passed, stages }: VerifyReport): string {
  const findings = stages.flatMap((one) => one.findings)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const failed = stages.find(({ status }) => status === 'failed')
  const counts = `${errors} errors, ${findings.length - errors} warnings`
  return passed ? `verified: ${counts}` : `not verified, stopped at stage ${failed?.stage}: ${counts}`
}
