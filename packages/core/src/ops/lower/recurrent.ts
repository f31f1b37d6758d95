/** Lowers LSTM, GRU and RNN: what the inputs give to the gates as one product for all steps, then the steps. */
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type Activation, hasActivation } from '../../kernel/nn/activation.ts'
import {
  type BiasParts,
  gateInputs,
  type PanelForm,
  packBiases,
  packPanels,
  panelCount,
  panelVectors,
} from '../../kernel/nn/gate-panels.ts'
import type { Cell } from '../../kernel/nn/recurrent-form.ts'
import { directionsOf, namedDirectionActivations, type RecurrentSpec } from '../shared/recurrent.ts'
import type { ActivationSpec } from '../shared/recurrent-activation.ts'
import { partsOf } from './parts-of-work.ts'
import { callSteps } from './recurrent-steps.ts'

/** Rows that share what is read of the weights, and multiply-adds of a task where there are few rows. */
const [rowBlock, panelWork] = [16, 1e6]

export interface RecurrentRefs {
  readonly X: TensorRef
  readonly W: TensorRef
  readonly R: TensorRef
  readonly B: TensorRef | undefined
  readonly sequence_lens: TensorRef | undefined
  readonly initial_h: TensorRef | undefined
  readonly initial_c?: TensorRef | undefined
  readonly Y: TensorRef | undefined
  readonly Y_h: TensorRef | undefined
  readonly Y_c?: TensorRef | undefined
}

export interface RecurrentSizes {
  readonly directions: number
  readonly steps: number
  readonly batch: number
  readonly inputs: number
  readonly hidden: number
  readonly batchFirst: boolean
  /** The direction from which on time runs backward. */
  readonly backward: number
}

/** One phase of a step: a cell with the gates that it takes. */
export interface Phase {
  readonly cell: Cell
  readonly firstGate: number
  /** Gates of the layer. */
  readonly gates: number
  /** Which biases go to the product with the inputs. */
  readonly biases: readonly BiasParts[]
}

/** Sizes of a layer, or why it is not lowered. */
export function recurrentSizes(refs: RecurrentRefs, spec: RecurrentSpec): RecurrentSizes | string {
  const { sequence_lens, ...floats } = refs
  for (const ref of Object.values(floats) as (TensorRef | undefined)[]) // of a record of optional tensors
    if (ref && ref.dtype !== 'float32') return `dtype ${ref.dtype}`
  const batchFirst = spec.layout === 1
  const [first, second, inputs] = refs.X.shape as readonly [number, number, number] // rank 3, as inference checked
  const [steps, batch] = batchFirst ? [second, first] : [first, second]
  const hidden = refs.R.shape[2]!
  if (steps * batch * inputs * hidden === 0) return 'an empty size'
  const lengths = sequence_lens?.constant?.data as ArrayLike<number> | undefined // int32, as its type says
  if (lengths && Array.from(lengths).some((length) => length < 0 || length > steps))
    return 'sequence_lens out of range'
  const backward = spec.direction === 'reverse' ? 0 : 1
  return { directions: directionsOf(spec), steps, batch, inputs, hidden, batchFirst, backward }
}

/** The functions of a cell, or why they are not lowered. */
export function cellActivations(
  spec: RecurrentSpec & { readonly [K in keyof ActivationSpec]?: ActivationSpec[K] | undefined },
  defaults: readonly string[],
): readonly Activation[] | string {
  const [first, second = first] = namedDirectionActivations(spec, defaults)
  if (JSON.stringify(first) !== JSON.stringify(second)) return 'directions with activations of their own'
  const missing = first!.find(({ name }) => !hasActivation(name))
  return missing ? `activation ${missing.name}` : first!
}

/** Adds the calls of a layer whose steps consist of one phase. */
export function lowerRecurrent(
  refs: RecurrentRefs,
  sizes: RecurrentSizes,
  phase: Phase,
  constants: TensorRef | undefined,
  context: LowerContext,
): Refusal {
  const { steps } = sizes
  const [last, other] = stateBuffers(refs, sizes, context)
  callSteps(context, sizes, {
    cell: phase.cell,
    ...phaseOperands(refs, sizes, phase, context),
    constants: constants?.at,
    lengths: refs.sequence_lens?.at,
    firstHidden: refs.initial_h?.at ?? zeros(sizes, context),
    firstState: refs.initial_c?.at ?? zeros(sizes, context),
    even: steps % 2 === 0 ? last : other,
    odd: steps % 2 === 0 ? other : last,
    state: refs.Y_c?.at ?? context.temp('cell state', stateBytes(sizes)),
    y: refs.Y?.at,
    from: 0,
    count: steps,
  })
  return undefined
}

/** The same where a step is two phases, the second of which works on what the first has made of the hidden state. */
export function lowerTwoPhases(
  refs: RecurrentRefs,
  sizes: RecurrentSizes,
  [first, second]: readonly [Phase, Phase],
  context: LowerContext,
): Refusal {
  const { steps } = sizes
  const [last, other] = stateBuffers(refs, sizes, context)
  const [products, state] = ['reset state', 'update gate'].map((label) =>
    context.temp(label, stateBytes(sizes)),
  ) as [Place, Place] // two
  const [reset, candidate] = [first, second].map((phase) => phaseOperands(refs, sizes, phase, context))
  const common = {
    constants: undefined,
    lengths: refs.sequence_lens?.at,
    firstHidden: refs.initial_h?.at ?? zeros(sizes, context),
    firstState: state,
    state,
    count: 1,
  }
  for (let step = 0; step < steps; step++) {
    const [before, after] = (steps - step) % 2 === 0 ? [last, other] : [other, last]
    const [even, odd] = step % 2 === 0 ? [before, after] : [after, before]
    const [evenReset, oddReset] = step % 2 === 0 ? [before, products] : [products, before]
    const own = { ...common, from: step }
    callSteps(context, sizes, {
      ...own,
      ...reset!,
      cell: first.cell,
      even: evenReset,
      odd: oddReset,
      y: undefined,
    })
    callSteps(context, sizes, {
      ...own,
      ...candidate!,
      cell: second.cell,
      even,
      odd,
      products,
      y: refs.Y?.at,
    })
  }
  return undefined
}

const stateBytes = ({ directions, batch, hidden }: RecurrentSizes) => 4 * directions * batch * hidden

function zeros(sizes: RecurrentSizes, { table }: LowerContext): Place {
  return table(new Uint8Array(stateBytes(sizes)))
}

/** Where the last step writes the hidden state, and where the step before it does. */
function stateBuffers({ Y_h }: RecurrentRefs, sizes: RecurrentSizes, { temp }: LowerContext): [Place, Place] {
  const bytes = stateBytes(sizes)
  return [Y_h?.at ?? temp('hidden state', bytes), temp('hidden state', bytes)]
}

/** Packs the weights of a phase, and computes what the inputs give to its gates. */
function phaseOperands(refs: RecurrentRefs, sizes: RecurrentSizes, phase: Phase, context: LowerContext) {
  const { X, W, R, B } = refs
  const { directions, steps, batch, inputs, hidden } = sizes
  const { form } = phase.cell
  const panels = panelCount(form, hidden)
  const pack = (weights: TensorRef, columns: number): Place => {
    const packed = context.temp('packed gates', 16 * directions * panels * panelVectors(form) * columns)
    const directionBytes = 4 * phase.gates * hidden * columns
    const firstBytes = 4 * phase.firstGate * hidden * columns
    const args = { weights: weights.at, packed, hidden, columns, panels, directionBytes, firstBytes }
    context.call(packPanels(form), args, directions * panels)
    return packed
  }
  const [fromInputs, packed] = [pack(W, inputs), pack(R, hidden)]
  const rows = steps * batch
  const gates = context.temp('gates', 16 * directions * rows * panels * panelVectors(form))
  const rowsPerTask = Math.min(rows, rowBlock)
  const rowTasks = Math.ceil(rows / rowsPerTask)
  const work = rowsPerTask * inputs * panelVectors(form) * 4
  const wanted = rowTasks >= context.threads ? panels : panelWork / work
  const { each, tasks: panelTasks } = partsOf(panels, wanted, context.threads)
  const bias = B && packBias(B, phase, sizes, phase.biases, context)
  const args = { x: X.at, packed: fromInputs, bias, out: gates, rows, columns: inputs, panels }
  const split = { rowsPerTask, rowTasks, panelsPerTask: each, panelTasks }
  const kernel = gateInputs(context.target, form, B !== undefined)
  context.call(kernel, { ...args, ...split }, directions * rowTasks * panelTasks)
  const { apart } = phase.cell
  const own = phase.biases.map((_, gate): BiasParts => (apart.includes(gate) ? 'recurrent' : 'none'))
  const recurrent = apart.length === 0 ? undefined : B && packBias(B, phase, sizes, own, context)
  const none = () => context.table(new Uint8Array(biasBytes(form, sizes)))
  return { gates, packed, bias: apart.length === 0 ? undefined : (recurrent ?? none()) }
}

const biasBytes = (form: PanelForm, { directions, hidden }: RecurrentSizes) =>
  16 * directions * panelCount(form, hidden) * panelVectors(form)

function packBias(
  B: TensorRef,
  { cell: { form }, firstGate, gates }: Phase,
  sizes: RecurrentSizes,
  parts: readonly BiasParts[],
  { call, temp }: LowerContext,
): Place {
  const { directions, hidden } = sizes
  const panels = panelCount(form, hidden)
  const packed = temp('packed biases', biasBytes(form, sizes))
  const recurrentBytes = 4 * gates * hidden
  const offsets = { directionBytes: 2 * recurrentBytes, firstBytes: 4 * firstGate * hidden, recurrentBytes }
  call(packBiases(form, parts), { bias: B.at, packed, hidden, panels, ...offsets }, directions * panels)
  return packed
}
