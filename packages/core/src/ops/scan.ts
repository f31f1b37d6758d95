import { type Dim, dimsEqual } from '../base/dim.ts'
import { normalizeAxis } from '../base/shape.ts'
import type { WideTensor, WideValue } from '../base/wide.ts'
import type { Graph } from '../ir/graph.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { mixed } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { carry, finalFacts } from './shared/carry.ts'
import { withShape } from './shared/movement.ts'
import { pickAlongAxis } from './shared/pick.ts'
import { collectSlices, scanFact } from './shared/scan-outputs.ts'
import { tensorsIr13 } from './types.ts'

/**
 * Runs the body once per position along the scan axes. The body takes the state and one slice of each scan
 * input, and gives the next state and slices, which are stacked along the scan output axes. Inputs may be
 * read and outputs be written backwards.
 */
export const scan = defineOp({
  name: 'Scan',
  since: [8, 9, 11, 16, 19, 21, 23, 24, 25],
  types: { V: tensorsIr13 },
  inputs: { initial_state_and_scan_inputs: mixed('V') },
  outputs: { final_state_and_scan_outputs: mixed('V') },
  attrs: {
    body: attr.required.graph(),
    num_scan_inputs: attr.required.int(),
    scan_input_axes: attr.optional.ints(),
    scan_input_directions: attr.optional.ints(),
    scan_output_axes: attr.optional.ints(),
    scan_output_directions: attr.optional.ints(),
  },
  traits: ['control'],
  infer: ({ initial_state_and_scan_inputs: inputs }, attrs, context) => {
    const plan = planOf(attrs, inputs.length)
    checkBody(attrs.body, inputs.length, plan, context)
    const initial = inputs.slice(0, plan.stateCount)
    const sequences = inputs.slice(plan.stateCount)
    const elements = sequences.map((x, i) => elementFact(x, plan.inputs[i]!.axis))
    const carried = carry(
      initial,
      (state) => context.inferGraph(attrs.body, [...state, ...elements]),
      context,
    )
    const length = lengthOf(sequences, plan) ?? context.freshDim('length')
    const slices = carried.results
      .slice(initial.length)
      .map((slice, k) => scanFact(slice, length, plan.outputs[k]!.axis))
    return { final_state_and_scan_outputs: [...finalFacts(initial, carried, context), ...slices] }
  },
  reference: ({ initial_state_and_scan_inputs: inputs }, attrs, context) => {
    const plan = planOf(attrs, inputs.length)
    const sequences = inputs.slice(plan.stateCount)
    const length = sequences[0]!.shape[normalizeAxis(plan.inputs[0]!.axis, sequences[0]!.shape.length)]!
    const slices = context.outputs
      .slice(plan.stateCount)
      .map((_, k) => collectSlices(context, plan.outputs[k]!.backward))
    let state: readonly WideValue[] = inputs.slice(0, plan.stateCount)
    for (let t = 0; t < length; t++) {
      context.checkCancelled()
      const elements = sequences.map((x, i) => {
        const { axis, backward } = plan.inputs[i]!
        return elementAt(x, axis, backward ? length - 1 - t : t)
      })
      const results = context.runGraph(attrs.body, [...state, ...elements])
      state = results.slice(0, state.length)
      slices.forEach((collector, k) => {
        collector.add(results[state.length + k]!)
      })
    }
    const stacked = slices.map((collector, k) =>
      collector.stack(context.outputs[plan.stateCount + k], plan.outputs[k]!.axis),
    )
    return { final_state_and_scan_outputs: [...state.map(asTensor), ...stacked] }
  },
  gradient: 'rule',
  lower: { kind: 'host' },
})

function asTensor(value: WideValue): WideTensor {
  return value.kind === 'tensor' ? value : refuseValue('the state must be tensors', value.kind)
}

interface Course {
  readonly axis: number
  readonly backward: boolean
}
interface Plan {
  readonly stateCount: number
  readonly inputs: readonly Course[]
  readonly outputs: readonly Course[]
}
interface ScanAttrs {
  readonly body: Graph
  readonly num_scan_inputs: number
  readonly scan_input_axes: readonly number[] | undefined
  readonly scan_input_directions: readonly number[] | undefined
  readonly scan_output_axes: readonly number[] | undefined
  readonly scan_output_directions: readonly number[] | undefined
}

function planOf(attrs: ScanAttrs, inputCount: number): Plan {
  const { num_scan_inputs: scanCount, body } = attrs
  const stateCount = inputCount - scanCount
  if (scanCount < 1 || stateCount < 0) {
    refuse(`num_scan_inputs must lie in [1, ${inputCount}], the number of inputs`, scanCount)
  }
  const outputCount = body.outputs.length - stateCount
  if (outputCount < 0) refuse(`body must have at least ${stateCount} outputs`, body.outputs.length)
  return {
    stateCount,
    inputs: courses('scan_input', scanCount, attrs.scan_input_axes, attrs.scan_input_directions),
    outputs: courses('scan_output', outputCount, attrs.scan_output_axes, attrs.scan_output_directions),
  }
}

function courses(
  name: string,
  count: number,
  axes: readonly number[] = new Array<number>(count).fill(0),
  directions: readonly number[] = new Array<number>(count).fill(0),
): readonly Course[] {
  if (axes.length !== count) refuse(`${name}_axes must have ${count} elements`, axes)
  if (directions.length !== count || directions.some((one) => one !== 0 && one !== 1)) {
    refuse(`${name}_directions must be ${count} times 0 or 1`, directions)
  }
  return axes.map((axis, i) => ({ axis, backward: directions[i] === 1 }))
}

function checkBody(body: Graph, inputCount: number, plan: Plan, { outputCount }: InferContext): void {
  if (body.inputs.length !== inputCount) refuse(`body must have ${inputCount} inputs`, body.inputs.length)
  if (plan.stateCount + plan.outputs.length < outputCount) {
    refuse(`body must have ${outputCount} outputs`, body.outputs.length)
  }
}

function elementFact({ dtype, shape }: TensorFact, axis: number): TensorFact {
  return tensorFact(dtype, shape?.toSpliced(normalizeAxis(axis, shape.length), 1))
}

function elementAt(x: WideTensor, scanAxis: number, position: number): WideTensor {
  const axis = normalizeAxis(scanAxis, x.shape.length)
  return withShape(pickAlongAxis(x, axis, [position]), x.shape.toSpliced(axis, 1))
}

/** The common length of the scan inputs. A number is worth more than a name. */
function lengthOf(sequences: readonly TensorFact[], plan: Plan): Dim | undefined {
  const sizes = sequences.flatMap(({ shape }, i) =>
    shape ? [shape[normalizeAxis(plan.inputs[i]!.axis, shape.length)]!] : [],
  )
  const known = sizes.filter((size) => typeof size === 'number')
  if (known.some((size) => !dimsEqual(size, known[0]!))) {
    refuse('all scan inputs must have the same size along their scan axes', known)
  }
  return known[0] ?? sizes[0]
}
