import { describe, expect, it } from 'vitest'
import { tensor as hostTensor } from '../../base/tensor.ts'
import { randomStream } from '../../ops/random.ts'
import { compile } from '../compile.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { parameter, type Variable } from '../variable.ts'
import type { Optimizer } from './optimizer.ts'
import { adagrad, adam, adamW, lamb, muon, rmsProp, sgd } from './optimizers.ts'
import { linearSchedule } from './schedule.ts'
import { type Formula, norm, orthogonal, type Vector, zip } from './testing/formulas.ts'

const [rows, columns, stepCount] = [2, 3, 6]
const shapes = [[rows, columns], [columns]] as const
const random = randomStream(17, 0)
const draw = (scale: number) =>
  shapes.map((shape) =>
    Float32Array.from(
      { length: shape.length === 2 ? rows * columns : columns },
      () => scale * (random.uniform() - 0.5),
    ),
  )
const starts = draw(2)
const gradients = Array.from({ length: stepCount }, (_, i) => draw(1 + i))

interface SgdSettings {
  readonly lr: (t: number) => number
  readonly momentum?: number
  readonly dampening?: number
  readonly nesterov?: boolean
  readonly decay?: number
}

const sgdFormula =
  ({ lr, momentum = 0, dampening = 0, nesterov = false, decay = 0 }: SgdSettings): Formula =>
  (p, gradient, t, slot) => {
    const g = zip(gradient, p, (one, weight) => one + decay * weight)
    const kept = slot('momentum')
    g.forEach((one, i) => {
      kept[i] = t === 0 ? one : momentum * kept[i]! + (1 - dampening) * one
    })
    const d = momentum === 0 ? g : nesterov ? zip(g, kept, (one, v) => one + momentum * v) : kept
    return zip(p, d, (one, change) => one - lr(t) * change)
  }

function adamDirection(
  g: Vector,
  t: number,
  slot: (name: string) => number[],
  eps: number,
  [b1, b2]: Vector,
): Vector {
  const [m, v] = [slot('m'), slot('v')]
  return g.map((one, i) => {
    m[i] = b1! * m[i]! + (1 - b1!) * one
    v[i] = b2! * v[i]! + (1 - b2!) * one * one
    return m[i]! / (1 - b1! ** (t + 1)) / (Math.sqrt(v[i]! / (1 - b2! ** (t + 1))) + eps)
  })
}

const betas = [0.9, 0.999]

const rate = 0.05
const constant = () => rate
const clipped = (g: readonly Vector[], limit: number): readonly Vector[] => {
  const factor = Math.min(1, limit / (norm(g.flat()) + 1e-6))
  return g.map((one) => one.map((value) => value * factor))
}

interface Case {
  readonly name: string
  readonly make: (variables: readonly Variable[]) => Optimizer
  readonly formula: Formula
  readonly clip?: (g: readonly Vector[]) => readonly Vector[]
}

const options = { learningRate: rate }
const cases: readonly Case[] = [
  { name: 'SGD', make: (v) => sgd(v, options), formula: sgdFormula({ lr: constant }) },
  {
    name: 'SGD with momentum and decay',
    make: (v) => sgd(v, { ...options, momentum: 0.9, weightDecay: 0.1 }),
    formula: sgdFormula({ lr: constant, momentum: 0.9, decay: 0.1 }),
  },
  {
    name: 'SGD with dampening',
    make: (v) => sgd(v, { ...options, momentum: 0.9, dampening: 0.5 }),
    formula: sgdFormula({ lr: constant, momentum: 0.9, dampening: 0.5 }),
  },
  {
    name: 'SGD with Nesterov and a schedule',
    make: (v) => sgd(v, { learningRate: linearSchedule(0.1, 0, 4), momentum: 0.9, nesterov: true }),
    formula: sgdFormula({ lr: (t) => 0.1 * (1 - Math.min(t / 4, 1)), momentum: 0.9, nesterov: true }),
  },
  {
    name: 'SGD with clipped norm',
    make: (v) => sgd(v, { ...options, clipNorm: 1 }),
    formula: sgdFormula({ lr: constant }),
    clip: (g) => clipped(g, 1),
  },
  {
    name: 'SGD with clipped values',
    make: (v) => sgd(v, { ...options, clipValue: 0.3 }),
    formula: sgdFormula({ lr: constant }),
    clip: (g) => g.map((one) => one.map((value) => Math.max(-0.3, Math.min(0.3, value)))),
  },
  {
    name: 'Adam with decay',
    make: (v) => adam(v, { ...options, weightDecay: 0.1 }),
    formula: (p, g, t, slot) => {
      const d = adamDirection(
        zip(g, p, (one, weight) => one + 0.1 * weight),
        t,
        slot,
        1e-8,
        betas,
      )
      return zip(p, d, (one, change) => one - rate * change)
    },
  },
  {
    name: 'Adam with other betas',
    make: (v) => adam(v, { ...options, beta1: 0.8, beta2: 0.95, epsilon: 1e-3 }),
    formula: (p, g, t, slot) =>
      zip(p, adamDirection(g, t, slot, 1e-3, [0.8, 0.95]), (one, change) => one - rate * change),
  },
  {
    name: 'AdamW with decay of matrices alone',
    make: (v) => adamW(v, { ...options, weightDecay: 0.2, decays: ({ shape }) => shape.length > 1 }),
    formula: (p, g, t, slot, isMatrix) =>
      zip(
        p,
        adamDirection(g, t, slot, 1e-8, betas),
        (one, change) => one * (1 - (isMatrix ? rate * 0.2 : 0)) - rate * change,
      ),
  },
  {
    name: 'RMSprop, centred, with momentum',
    make: (v) => rmsProp(v, { ...options, centered: true, momentum: 0.9, alpha: 0.9 }),
    formula: (p, g, _t, slot) => {
      const [square, mean, kept] = [slot('square'), slot('mean'), slot('kept')]
      return zip(p, g, (one, d, i) => {
        square[i] = 0.9 * square[i]! + 0.1 * d * d
        mean[i] = 0.9 * mean[i]! + 0.1 * d
        kept[i] = 0.9 * kept[i]! + d / (Math.sqrt(square[i]! - mean[i]! ** 2) + 1e-8)
        return one - rate * kept[i]!
      })
    },
  },
  {
    name: 'RMSprop',
    make: (v) => rmsProp(v, options),
    formula: (p, g, _t, slot) => {
      const square = slot('square')
      return zip(p, g, (one, d, i) => {
        square[i] = 0.99 * square[i]! + 0.01 * d * d
        return one - (rate * d) / (Math.sqrt(square[i]!) + 1e-8)
      })
    },
  },
  {
    name: 'Adagrad',
    make: (v) => adagrad(v, options),
    formula: (p, g, _t, slot) => {
      const sum = slot('sum')
      return zip(p, g, (one, d, i) => {
        sum[i] = sum[i]! + d * d
        return one - (rate * d) / (Math.sqrt(sum[i]!) + 1e-10)
      })
    },
  },
  {
    name: 'Lamb with decay',
    make: (v) => lamb(v, { ...options, weightDecay: 0.1 }),
    formula: (p, g, t, slot) => {
      const d = zip(adamDirection(g, t, slot, 1e-6, betas), p, (one, weight) => one + 0.1 * weight)
      return zip(p, d, (one, change) => one - rate * (norm(p) / norm(d)) * change)
    },
  },
  {
    name: 'Muon, and AdamW for the rest',
    make: (v) => muon(v, { ...options, momentum: 0.95, adam: { learningRate: 0.01 } }),
    formula: (p, g, t, slot, isMatrix) => {
      if (!isMatrix)
        return zip(p, adamDirection(g, t, slot, 1e-8, betas), (one, change) => one - 0.01 * change)
      const kept = slot('kept')
      g.forEach((one, i) => {
        kept[i] = 0.95 * kept[i]! + one
      })
      return zip(
        p,
        orthogonal(
          zip(g, kept, (one, v) => one + 0.95 * v),
          [rows, columns],
        ),
        (one, change) => one - rate * change,
      )
    },
  },
]

/** The values after each step: [step][variable]. */
function expected({ formula, clip = (g) => g }: Case): readonly (readonly Vector[])[] {
  let now: readonly Vector[] = starts.map((one) => [...one])
  const slots = new Map<string, number[]>()
  return gradients.map((all, t) => {
    const given = clip(all.map((one) => [...one]))
    now = now.map((p, i) => {
      const slot = (name: string) => {
        const key = `${name} ${i}`
        const found = slots.get(key) ?? p.map(() => 0)
        slots.set(key, found)
        return found
      }
      return formula(p, given[i]!, t, slot, i === 0)
    })
    return now
  })
}

function variablesFor(prefix: string): readonly Variable[] {
  return shapes.map((shape, i) =>
    parameter(hostTensor('float32', shape, starts[i]!.slice()), `${prefix}.${i}`),
  )
}

const hostOf = (list: readonly Float32Array[]) =>
  list.map((data, i) => hostTensor('float32', shapes[i]!, data))

describe('optimisers', () => {
  it('follow their formulas in float64 over several steps, and go on from their state', async () => {
    // All of them in one program, because compiling is what takes long.
    const all = cases.map((one, i) => {
      const variables = variablesFor(`v${i}`)
      return { ...one, variables, optimizer: one.make(variables) }
    })
    const stepOf = (list: typeof all) =>
      compile((given: Tensor[]) =>
        list.map(({ variables, optimizer }) => {
          optimizer.apply(given)
          return variables.map((one) => one.tensor)
        }),
      )
    const results: Tensor[][][] = []
    const first = stepOf(all)
    for (const given of gradients.slice(0, 3)) results.push(await first(hostOf(given)))
    const copies = await Promise.all(
      all.map(async (one) => {
        const variables = variablesFor(one.variables[0]!.name.split('.')[0]!)
        for (const [i, variable] of variables.entries()) variable.set(await one.variables[i]!.host())
        const optimizer = one.make(variables)
        optimizer.loadStateDict(await one.optimizer.stateDict())
        return { ...one, variables, optimizer }
      }),
    )
    await first.dispose()
    const second = stepOf(copies)
    for (const given of gradients.slice(3)) results.push(await second(hostOf(given)))
    for (const [at, { optimizer }] of copies.entries())
      expect((await optimizer.stateDict()).get('step')!.data[0], cases[at]!.name).toBe(stepCount)
    await second.dispose()
    for (const [at, one] of cases.entries()) {
      const wanted = expected(one)
      results.forEach((values, t) => {
        for (const [i, want] of wanted[t]!.entries()) {
          const got = values[at]![i]!.toArray()
          const flat = (Array.isArray(got) ? got : [got]).flat(2) as number[] // numbers at the depth of two axes
          const worst = Math.max(...zip(flat, want, (a, b) => Math.abs(a - b) / (1e-2 + Math.abs(b))))
          expect(worst, `${one.name}, step ${t + 1}, variable ${i}`).toBeLessThan(2e-4)
        }
      })
    }
  })

  it('refuse state of other variables', () => {
    const optimizer = adam(variablesFor('v'))
    const value = hostTensor('float32', [1], Float32Array.of(1))
    expect(() => optimizer.loadStateDict(new Map([['exp_avg.w', value]]))).toThrow(/SLP-T4.*"exp_avg.w"/)
    expect(() => optimizer.loadStateDict(new Map([['exp_avg.v.0', value]]))).toThrow(/SLP-B1/)
  })
})
