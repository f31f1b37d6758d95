/** What a reader must know of the machine to judge the numbers. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, cpus } from 'node:os'
import type { ProcessOptions } from './contestant.ts'
import type { Environment } from './report.ts'

export function environmentOf({ node = process.execPath, flags }: ProcessOptions): Environment {
  const versions = tryText(() =>
    execFileSync(node, ['-p', 'process.versions.node + " " + process.versions.v8'], { encoding: 'utf8' }),
  ).split(' ')
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    governor: tryText(() => readFileSync('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor', 'utf8')),
    node: versions[0] ?? 'unknown',
    v8: versions[1] ?? 'unknown',
    flags,
    revision: tryText(() =>
      execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }),
    ),
  }
}

function tryText(read: () => string): string {
  try {
    return read().trim()
  } catch {
    return 'unknown'
  }
}
