import { describe, expect, it } from 'vitest'
import { portableTarget } from '../../kernel/target.ts'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { type Gen, generator } from '../../testing/gen.ts'
import { i32 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { gru } from '../gru.ts'
import { lstm } from '../lstm.ts'
import { randomStream } from '../random.ts'
import { rnn } from '../rnn.ts'

const layers = [
  { op: lstm, gates: 4, outputs: 3, attrs: {} },
  { op: gru, gates: 3, outputs: 2, attrs: { linear_before_reset: 1 } },
  { op: gru, gates: 3, outputs: 2, attrs: {} },
  { op: rnn, gates: 1, outputs: 2, attrs: {} },
]
type Layer = (typeof layers)[number]

interface Sizes {
  readonly steps: number
  readonly batch: number
  readonly inputs: number
  readonly hidden: number
}

const directions = { forward: 1, reverse: 1, bidirectional: 2 } as const

/** All inputs of a layer, states and lengths included where asked for. */
function operands(
  g: Gen,
  { op, gates }: Layer,
  { steps, batch, inputs, hidden }: Sizes,
  {
    direction = 'forward' as keyof typeof directions,
    layout = 0,
    bias = true,
    states = true,
    lengths = false,
  } = {},
) {
  const d = directions[direction]
  const random = (...shape: readonly number[]) => g.tensor('float32', shape)
  const state = () =>
    states ? random(...(layout === 1 ? [batch, d, hidden] : [d, batch, hidden])) : undefined
  const x = layout === 1 ? [batch, steps, inputs] : [steps, batch, inputs]
  return [
    random(...x),
    random(d, gates * hidden, inputs),
    random(d, gates * hidden, hidden),
    bias ? random(d, 2 * gates * hidden) : undefined,
    lengths ? i32(Array.from({ length: batch }, (_, i) => (i === 0 ? 0 : g.int(0, steps)))) : undefined,
    state(),
    ...(op === lstm ? [state(), bias ? random(d, 3 * hidden) : undefined] : []),
  ]
}

const tolerance = { relative: 1e-4, absolute: 1e-5 }

describe.each(layers)('$op.name $attrs', (layer) => {
  const { op, outputs, attrs } = layer
  const sizes: readonly Sizes[] = [
    { steps: 1, batch: 1, inputs: 1, hidden: 1 },
    { steps: 3, batch: 1, inputs: 5, hidden: 8 },
    { steps: 4, batch: 3, inputs: 2, hidden: 7 },
    { steps: 4, batch: 5, inputs: 7, hidden: 19 },
  ]

  it.each(sizes)('computes $steps steps of $batch sequences, $inputs → $hidden', (size) => {
    const g = generator(randomStream(size.hidden))
    const uses = [
      ['forward', 0, 1],
      ['reverse', 0, 4],
      ['bidirectional', 1, 4],
    ] as const
    for (const [direction, layout, threads] of uses) {
      const inputs = operands(g, layer, size, { direction, layout })
      checkOnTargets(op, {
        inputs,
        attrs: { ...attrs, direction, layout },
        outputCount: outputs,
        threads,
        tolerance,
      })
    }
  })

  it('takes sequences of different lengths', () => {
    const g = generator(randomStream(3))
    const size = { steps: 4, batch: 5, inputs: 3, hidden: 6 }
    for (const direction of ['forward', 'reverse', 'bidirectional'] as const) {
      const inputs = operands(g, layer, size, { direction, lengths: true })
      checkOnTargets(op, {
        inputs,
        attrs: { ...attrs, direction },
        outputCount: outputs,
        threads: 2,
        tolerance,
      })
    }
  })

  it('does without bias and first state', () => {
    const g = generator(randomStream(4))
    const inputs = operands(g, layer, sizes[2]!, { bias: false, states: false })
    checkOnTargets(op, { inputs, attrs, outputCount: outputs, tolerance })
    checkOnTargets(op, { inputs, attrs, outputCount: 1, tolerance })
  })

  it('bounds what goes into activations', () => {
    const inputs = operands(generator(randomStream(5)), layer, sizes[2]!)
    checkOnTargets(op, { inputs, attrs: { ...attrs, clip: 0.5 }, outputCount: outputs, tolerance })
  })

  it('shares the units of a large layer among threads', () => {
    const g = generator(randomStream(6))
    const inputs = operands(g, layer, { steps: 2, batch: 1, inputs: 3, hidden: 261 })
    checkOnTargets(op, {
      inputs,
      attrs,
      outputCount: outputs,
      threads: 3,
      tolerance: { relative: 1e-3, absolute: 1e-4 },
    })
  })
})

describe('LSTM', () => {
  const inputs = operands(generator(randomStream(7)), layers[0]!, {
    steps: 3,
    batch: 2,
    inputs: 3,
    hidden: 6,
  })

  it('couples the forget gate to the input gate', () => {
    checkOnTargets(lstm, { inputs, attrs: { input_forget: 1 }, outputCount: 3, tolerance })
  })

  it.each([
    [['HardSigmoid', 'Relu', 'Softsign'], {}],
    [
      ['Affine', 'LeakyRelu', 'ScaledTanh'],
      { activation_alpha: [0.5, 0.1, 0.7], activation_beta: [0.1, 0.3] },
    ],
    [['ThresholdedRelu', 'Tanh', 'Sigmoid'], { activation_alpha: [0.5] }],
    [['Sigmoid', 'Elu', 'Softplus'], {}],
  ])('applies %s', (activations, parameters) => {
    checkOnTargets(lstm, { inputs, attrs: { activations, ...parameters }, outputCount: 3, tolerance })
  })

  it('leaves what it has no function for to others', () => {
    const both = ['Sigmoid', 'Tanh', 'Tanh', 'Relu', 'Tanh', 'Tanh']
    const two = operands(
      generator(randomStream(8)),
      layers[0]!,
      { steps: 1, batch: 1, inputs: 1, hidden: 1 },
      {
        direction: 'bidirectional',
      },
    )
    const run = (values: typeof inputs, attrs: Record<string, string | readonly string[]>) => () =>
      runEmit(lstm, values, attrs, { target: portableTarget, outputCount: 3 })
    expect(run(two, { direction: 'bidirectional', activations: both })).toThrow('activations of their own')
  })
})
