/**
 * Gradients of operators that write into a copy of a tensor, by single elements or by slices. Where an index comes
 * twice without a reduction, each of its updates gets the gradient, as in PyTorch. Of equal extremes each gets an equal
 * share, as in PyTorch's scatter_reduce.
 */
import { scatterElements } from '../../ops/scatter-elements.ts'
import { scatterNd } from '../../ops/scatter-nd.ts'
import type { ScatterReduction } from '../../ops/shared/scatter.ts'
import { tensorScatter } from '../../ops/tensor-scatter.ts'
import { knownSize } from '../known.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

interface Scattering {
  readonly m: Maths
  readonly data: string
  readonly updates: string
  readonly output: string
  /** Of the output. */
  readonly gradient: string
  /** The same operator on other tensors. */
  scatter(data: string, updates: string, reduction: ScatterReduction): string
  /** What the indices lead to, in the shape of the updates. */
  take(x: string): string
}

interface Gradients {
  readonly data: string
  readonly updates: string
}

function scattered(scattering: Scattering, reduction: ScatterReduction): Gradients {
  const { m, updates, gradient, scatter, take } = scattering
  switch (reduction) {
    case 'none':
      return { data: scatter(gradient, m.fullLike(updates, 0), 'none'), updates: take(gradient) }
    case 'add':
      return { data: gradient, updates: take(gradient) }
    case 'mul':
      return products(scattering)
    case 'max':
    case 'min':
      return extremes(scattering)
    default:
      return reduction satisfies never
  }
}

function extremes({ m, data, updates, output, gradient, scatter, take }: Scattering): Gradients {
  const [ownHits, newHits] = [m.equal(data, output), m.equal(updates, take(output))].map((hits) =>
    m.castLike(hits, data),
  ) as [string, string] // as many as before
  const share = m.div(gradient, scatter(ownHits, newHits, 'add'))
  return { data: m.mul(ownHits, share), updates: m.mul(newHits, take(share)) }
}

/** The product of the other factors: of all that are not zero, if none of the others is. */
function products({ m, data, updates, gradient, scatter, take }: Scattering): Gradients {
  const split = (x: string) => {
    const isZero = m.equal(x, 0)
    return { isZero, count: m.castLike(isZero, x), safe: m.where(isZero, 1, x) }
  }
  const [own, added] = [split(data), split(updates)]
  const zeros = scatter(own.count, added.count, 'add')
  const rest = m.mul(gradient, scatter(own.safe, added.safe, 'mul'))
  const [atZero, elsewhere] = [m.where(m.equal(zeros, 1), rest, 0), m.where(m.equal(zeros, 0), rest, 0)]
  const back = ({ isZero, safe }: typeof own, pick: (x: string) => string) =>
    m.where(isZero, pick(atZero), m.div(pick(elsewhere), safe))
  return { data: back(own, (x) => x), updates: back(added, take) }
}

export const scatterElementsGradient = defineGradient(
  scatterElements,
  ({ b, m, inputs: { data, indices, updates }, outputs, attrs: { axis, reduction }, gradients }) =>
    scattered(
      {
        m,
        data,
        updates,
        output: outputs.output,
        gradient: gradients.output,
        scatter: (x, y, how) => b.node('ScatterElements', [x, indices, y], { axis, reduction: how }),
        take: (x) => b.node('GatherElements', [x, indices], { axis }),
      },
      reduction,
    ),
)

export const scatterNdGradient = defineGradient(
  scatterNd,
  ({ b, m, inputs: { data, indices, updates }, outputs, attrs: { reduction }, gradients }) =>
    scattered(
      {
        m,
        data,
        updates,
        output: outputs.output,
        gradient: gradients.output,
        scatter: (x, y, how) => b.node('ScatterND', [x, indices, y], { reduction: how }),
        take: (x) => b.node('GatherND', [x, indices]),
      },
      reduction,
    ),
)

export const tensorScatterGradient = defineGradient(
  tensorScatter,
  ({
    b,
    m,
    inputs: { past_cache, update, write_indices },
    attrs,
    gradients: { present_cache: gradient },
  }) => {
    const rank = b.shape(past_cache).length
    const axis = attrs.axis < 0 ? attrs.axis + rank : attrs.axis
    const length = knownSize(b, 'TensorScatter', update, axis)
    const behind = (from: number) => Array.from({ length: rank - from }, (_, i) => from + i)
    const steps = m.unsqueeze(
      m.ints(Array.from({ length }, (_, i) => i)),
      behind(axis + 1).map((i) => i - axis),
    )
    const places = write_indices ? m.add(steps, m.unsqueeze(write_indices, behind(1))) : steps
    const most = knownSize(b, 'TensorScatter', past_cache, axis)
    const inside = attrs.mode === 'circular' ? b.node('Mod', [places, b.literal('int64', most)]) : places
    const none = [gradient, m.fullLike(update, 0), write_indices]
    return {
      past_cache: b.node('TensorScatter', none, { axis, mode: attrs.mode }),
      update: b.node('GatherElements', [gradient, m.expandLike(inside, update)], { axis }),
    }
  },
)
