/** What attention kernels are told, what they keep in scratch memory, and the parts of their work. */
import type { KernelBuilder } from '../kernel.ts'
import type { I32 } from './vectors.ts'

/** What is added to scores: floats, or bools that hide where they are false. */
export type MaskKind = 'float' | 'bool'

export interface AttentionForm {
  readonly masks: readonly MaskKind[]
  readonly softcap: boolean
  /** Each sequence has a number of keys and a position of its first query of its own. */
  readonly places: boolean
  /** Each head has a score that takes its share of the probabilities and adds nothing. */
  readonly sink: boolean
}

/** Keys of a block. */
export const blockKeys = 64
/** Bytes of what is kept for a query in scratch memory. */
export const stateBytes = 32
export const stateAt = { top: 0, sum: 4, rescale: 8, from: 12, to: 16 } as const

const strides = { Batch: 'i32', Head: 'i32', Row: 'i32' } as const
type Strided<N extends string> = { readonly [K in keyof typeof strides as `${N}${K}`]: 'i32' }
const strided = <const N extends string>(name: N) =>
  Object.fromEntries(Object.entries(strides).map(([part, kind]) => [`${name}${part}`, kind])) as Strided<N> // the same keys

export const attentionParams = {
  q: 'in',
  k: 'in',
  v: 'in',
  y: 'out',
  ...strided('q'),
  ...strided('k'),
  ...strided('v'),
  ...strided('y'),
  mask0: 'in',
  ...strided('mask0'),
  mask1: 'in',
  ...strided('mask1'),
  /** Number of keys, and position of the first query, of each sequence. */
  places: 'in',
  sink: 'in',
  heads: 'i32',
  /** Query heads that share a key head. */
  group: 'i32',
  queries: 'i32',
  keys: 'i32',
  offset: 'i32',
  size: 'i32',
  valueSize: 'i32',
  /** How many keys before and behind its own position a query sees. */
  left: 'i32',
  right: 'i32',
  queriesPerTask: 'i32',
  tasksPerHead: 'i32',
  scale: 'f32',
  softcap: 'f32',
} as const
export type AttentionBuilder = KernelBuilder<typeof attentionParams>

/** Scratch memory: what is kept per query, scores of a block, weighted sums of values. */
export function attentionScratch(queries: number, valueSize: number): number {
  return queries * (stateBytes + 4 * blockKeys + 64 * Math.ceil(valueSize / 16))
}

/** What a task works on. */
export interface AttentionTask {
  readonly q: I32
  readonly k: I32
  readonly v: I32
  readonly masks: readonly I32[]
  /** Queries of the task, and keys that any of them may see. */
  readonly count: I32
  readonly end: I32
  readonly scores: I32
  readonly sums: I32
  /** Bytes of the weighted sum of a query. */
  readonly sumBytes: I32
}
