/** What the kernels of recurrent layers are told, and what a cell is to them. */
import type { Local } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import type { PanelForm } from './gate-panels.ts'
import type { V128 } from './vectors.ts'

/** What a cell works on: one vector of hidden units of one sequence. */
export interface CellUnits {
  /** One per gate: what the input gave, plus the products of the hidden state. */
  readonly gates: readonly V128[]
  /** What the input gave to a gate. Only where the cell keeps the products apart from it. */
  inputOf(gate: number): V128
  /** Hidden state and cell state before the step. */
  readonly hidden: Local<'v128'>
  readonly state: Local<'v128'>
  /** The i-th of the vectors of numbers that the cell has per hidden unit. */
  constant(i: number): V128
}

export interface Cell {
  /** Part of the key of the kernel. */
  readonly key: string
  readonly form: PanelForm
  /** Numbers per hidden unit: peepholes. */
  readonly constants: number
  /** Gates whose products start from a recurrent bias of their own, apart from what the input gave. */
  readonly apart: readonly number[]
  readonly hasState: boolean
  /** The hidden state after the step, and the cell state. */
  emit(
    k: Pick<KernelBuilder, 'm' | 'f' | 'target'>,
    units: CellUnits,
  ): { readonly hidden: V128; readonly state?: V128 }
}

/** Optional operands and results that are there. */
export interface StepForm {
  readonly y: boolean
  readonly lengths: boolean
  /** Products are those of another state than the hidden one. */
  readonly products?: boolean
}

export const stepParams = {
  /** As `gateInputs` gives it. */
  gates: 'in',
  packed: 'in',
  /** Per panel, for the gates apart. */
  bias: 'in',
  constants: 'in',
  lengths: 'in',
  products: 'in',
  firstHidden: 'in',
  firstState: 'in',
  /** Read by odd steps and written by even ones; and the other way round. */
  odd: 'inout',
  even: 'inout',
  state: 'inout',
  y: 'out',
  hidden: 'i32',
  rows: 'i32',
  rowsPerTask: 'i32',
  panels: 'i32',
  panelsPerTask: 'i32',
  rowTasks: 'i32',
  panelTasks: 'i32',
  step: 'i32',
  steps: 'i32',
  allSteps: 'i32',
  /** The direction from which on time runs backward. */
  backward: 'i32',
  gateTime: 'i32',
  gateRow: 'i32',
  gateDirection: 'i32',
  stateRow: 'i32',
  stateDirection: 'i32',
  yTime: 'i32',
  yRow: 'i32',
  yDirection: 'i32',
} as const
export type StepBuilder = KernelBuilder<typeof stepParams>

/** Offsets in the description of a row, which the tiles of a step read. */
export const row = {
  gates: 0,
  before: 4,
  after: 8,
  stateBefore: 12,
  state: 16,
  y: 20,
  isActive: 24,
  products: 28,
} as const
/** Bytes of the description of a row in scratch memory. */
export const rowBytes = 32
