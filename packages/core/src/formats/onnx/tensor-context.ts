/** What reading the tensors of one file shares: limits, the door to other files, and what was spent so far. */
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import type { ResolveExternal } from './external-data.ts'

export interface TensorReadOptions {
  readonly limits?: Limits
  /** Absent: a tensor with external data is refused. */
  readonly resolveExternal?: ResolveExternal | undefined
}

export interface TensorContext {
  readonly limits: Limits
  readonly resolveExternal: ResolveExternal | undefined
  /** Adds to what one file may take in all and throws SLP-L4 over the limit. */
  spend(what: 'externalBytes' | 'tensorBytes', bytes: number): void
}

const words = {
  externalBytes: 'external data',
  tensorBytes: 'sparse initialisers that become dense',
} as const

export function tensorContext({
  limits = defaultLimits,
  resolveExternal,
}: TensorReadOptions = {}): TensorContext {
  const spent = { externalBytes: 0, tensorBytes: 0 }
  return {
    limits,
    resolveExternal,
    spend: (what, bytes) => {
      spent[what] += bytes
      if (spent[what] <= limits[what]) return
      throw new SlipwayError(
        'SLP-L4',
        `Cannot read file: ${words[what]} may take ${limits[what]} bytes at most, got ${spent[what]}`,
        { remedy: `Raise limits.${what} if the file is trusted.` },
      )
    },
  }
}
