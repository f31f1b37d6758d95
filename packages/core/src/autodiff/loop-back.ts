/**
 * The way back through a loop: a Scan over what its iterations began with, the last one first. Its state are the gradients
 * of the loop's state, and the sums so far of the gradients of values around the loop.
 */
import { normalizeAxis } from '../base/shape.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { definedNames } from '../ir/rewrite.ts'
import { type TypedBuilder, typedBuilder } from '../ops/typed-builder.ts'
import { dependents, isContinuous } from './activity.ts'
import { wantedCaptures } from './control.ts'
import { mathsOf } from './maths.ts'
import type { Passage } from './rule.ts'

/** What an input of the body is in each iteration: a slice of a value around the loop. */
export interface Recorded {
  readonly input: string
  readonly stacked: string
  readonly axis: number
  /** 1 where the first iteration has the last slice. */
  readonly direction: 0 | 1
}

export interface LoopPlan {
  readonly body: Graph
  /** All inputs of the body. */
  readonly recorded: readonly Recorded[]
  /** Pairs of an input and an output of the body, the value around the loop that it begins with, and the gradient of the last. */
  readonly carried: readonly {
    readonly input: string
    readonly output: string
    readonly initial: string
    readonly gradient: string | undefined
  }[]
  /** Outputs of the body that are stacked, and the gradients of the stacks. */
  readonly outputs: readonly (Omit<Recorded, 'input' | 'stacked'> & {
    readonly output: string
    readonly gradient: string | undefined
  })[]
  /** Those of `recorded` whose stacks are inputs of the loop. */
  readonly sequences: readonly Recorded[]
}

export interface LoopGradients {
  readonly carried: readonly (string | undefined)[]
  readonly sequences: readonly (string | undefined)[]
  readonly captured: ReadonlyMap<string, string>
}

/** Adds the loop that runs back. */
export function loopBack(passage: Passage, plan: LoopPlan): LoopGradients {
  const { b } = passage
  const captured = wantedCaptures(passage, plan.body)
  const active = activeInputs(passage, plan, captured)
  const carried = plan.carried.filter(({ input }) => active.has(input))
  const sequences = plan.sequences.filter(({ input }) => active.has(input))
  const outputs = plan.outputs.flatMap(({ gradient, ...rest }) =>
    gradient === undefined ? [] : [{ ...rest, stacked: gradient }],
  )
  const fresh = namerFor(plan.body, b)
  const states = carried.map((one) => ({ ...one, name: fresh(`${one.input}/gradient`) }))
  const sums = captured.map((name) => ({ of: name, name: fresh(`${name}/gradient`) }))
  const slices = outputs.map((one) => ({ ...one, name: fresh(`${one.output}/gradient`) }))
  const body = backwardBody(passage, plan, { states, sums, slices, sequences })
  const m = mathsOf(b)
  const read = [...plan.recorded, ...slices]
  const results = b.nodes(
    'Scan',
    [
      ...states.map(({ gradient, initial }) => gradient ?? m.fullLike(initial, 0)),
      ...sums.map(({ of }) => m.fullLike(of, 0)),
      ...read.map(({ stacked }) => stacked),
    ],
    {
      body,
      num_scan_inputs: read.length,
      scan_input_axes: read.map(({ axis }) => axis),
      // Both are read and written from the last iteration on.
      scan_input_directions: read.map(({ direction }) => 1 - direction),
      scan_output_axes: sequences.map(({ axis }) => axis),
      scan_output_directions: sequences.map(({ direction }) => 1 - direction),
    },
    { outputs: states.length + sums.length + sequences.length },
  )
  const first = states.length + sums.length
  const find = (list: readonly { readonly input: string }[], from: number, input: string) => {
    const i = list.findIndex((one) => one.input === input)
    return i < 0 ? undefined : results[from + i]
  }
  return {
    carried: plan.carried.map(({ input }) => find(states, 0, input)),
    sequences: plan.sequences.map(({ input }) => find(sequences, first, input)),
    captured: new Map(sums.map(({ of }, i) => [of, results[states.length + i]!])),
  }
}

/** Inputs of the body that a gradient passes, in this iteration or in one behind it. */
function activeInputs(
  { b, wants }: Passage,
  plan: LoopPlan,
  captured: readonly string[],
): ReadonlySet<string> {
  const isNumber = (input: string) => {
    const found = plan.recorded.find((one) => one.input === input)
    return found !== undefined && isContinuous(b.facts.get(found.stacked))
  }
  const active = new Set(
    [
      ...plan.carried.filter(({ initial }) => wants(initial)),
      ...plan.sequences.filter(({ stacked }) => wants(stacked)),
    ].flatMap(({ input }) => (isNumber(input) ? [input] : [])),
  )
  for (;;) {
    const reached = dependents(plan.body.nodes, [...captured, ...active], new Map())
    const next = plan.carried.filter(
      ({ input, output }) => !active.has(input) && reached.has(output) && isNumber(input),
    )
    if (next.length === 0) return active
    for (const { input } of next) active.add(input)
  }
}

interface Parts {
  readonly states: readonly {
    readonly name: string
    readonly input: string
    readonly output: string
    readonly initial: string
  }[]
  readonly sums: readonly { readonly of: string; readonly name: string }[]
  readonly slices: readonly {
    readonly name: string
    readonly output: string
    readonly stacked: string
    readonly axis: number
  }[]
  readonly sequences: readonly { readonly input: string }[]
}

/** One iteration: what the body computes once more, and the way back through it. */
function backwardBody({ b, differentiate }: Passage, { body, recorded }: LoopPlan, parts: Parts): Graph {
  const { states, sums, slices, sequences } = parts
  const types = new Map(body.types)
  for (const { input, stacked, axis } of recorded) types.set(input, sliceType(b, stacked, axis))
  for (const { name, input } of states) types.set(name, types.get(input)!)
  for (const { name, of } of sums) types.set(name, b.fact(of).type)
  for (const { name, stacked, axis } of slices) types.set(name, sliceType(b, stacked, axis))
  const named = [...states, ...sums].map(({ name }) => name)
  const inputs = [...named, ...recorded.map(({ input }) => input), ...slices.map(({ name }) => name)]
  const { graph, gradients } = differentiate(
    { ...body, inputs, types },
    {
      wrt: [...states, ...sequences].map(({ input }) => input).concat(sums.map(({ of }) => of)),
      seed: () => [...states, ...slices].map(({ name, output }) => [output, name] as const),
      captured: b.facts,
    },
  )
  const inner = typedBuilder({ from: graph, captured: b.facts })
  const m = mathsOf(inner)
  const of = (name: string) => inner.node('Identity', [gradients.get(name) ?? m.fullLike(name, 0)])
  const added = sums.map(({ name, of: value }) => {
    const gradient = gradients.get(value)
    return inner.node(gradient === undefined ? 'Identity' : 'Add', [name, gradient])
  })
  const outputs = [
    ...states.map(({ input }) => of(input)),
    ...added,
    ...sequences.map(({ input }) => of(input)),
  ]
  return inner.build(outputs)
}

function sliceType(b: TypedBuilder, stacked: string, axis: number): ValueType {
  const shape = b.shape(stacked)
  return tensorType(b.dtype(stacked), shape.toSpliced(normalizeAxis(axis, shape.length), 1))
}

/** Names that neither the body nor the graphs around it have. */
function namerFor(body: Graph, { facts }: TypedBuilder): (hint: string) => string {
  const used = new Set(definedNames(body))
  return (hint) => {
    let name = hint
    for (let i = 1; used.has(name) || facts.has(name); i++) name = `${hint}_${i}`
    used.add(name)
    return name
  }
}
