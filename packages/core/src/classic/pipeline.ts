/** Transformers one after another, and an estimator at the end, as one estimator. */
import type { EmitContext, Emitted } from './emit.ts'
import {
  createEstimator,
  type Estimator,
  internals,
  isEstimator,
  refuseParam,
  type State,
} from './estimator.ts'
import { type Matrix, type Samples, toTensor } from './matrix.ts'
import type { Transformer } from './roles.ts'
import type { Targets } from './targets.ts'

export type Step<E extends Estimator = Estimator> = readonly [name: string, estimator: E]

/** What a pipeline offers of its last step. */
const forwarded = ['predict', 'predictProba', 'score', 'transform'] as const

export interface PipelineParts {
  /** The steps by name. */
  readonly namedSteps: Readonly<Record<string, Estimator>>
}

/** Offers what its last step does, on samples as they are before the first step. */
export type Pipeline<E extends Estimator> = PipelineParts &
  Estimator &
  Pick<E, Extract<keyof E, (typeof forwarded)[number] | 'classes_' | 'fit'>>

interface PipelineParams {
  readonly steps: readonly Step[]
}

/**
 * A pipeline. `fit` fits each step on what the ones before it make of the samples.
 *
 * @example
 * const model = pipeline([['scale', standardScaler()], ['knn', kNeighborsClassifier({ nNeighbors: 1 })]])
 * model.fit([[0, 1000], [1, 0]], ['a', 'b']).predict([[0.1, 900]]) // ['a']
 *
 * @throws SLP-M1 for steps that cannot stand where they do.
 */
export function pipeline<E extends Estimator>(steps: readonly [...Step[], Step<E>]): Pipeline<E> {
  check({ steps })
  const made: Estimator = createEstimator(
    {
      kind: 'pipeline',
      role: ({ steps: list }: PipelineParams) => lastOf(list).role,
      defaults: { steps },
      check,
      learned: [],
      fit: (X: Matrix, y: Targets | undefined, { steps: list }: PipelineParams) => {
        lastOf(list).fit(transformed(list, toTensor(X), y), y)
        return {}
      },
      methods,
      emit: ({ params }, context, x) => emit(params.steps, context, x),
    },
    {},
  )
  return made as Pipeline<E> // the methods below are those of the last step
}

const lastOf = (steps: readonly Step[]): Estimator => steps.at(-1)![1]

function check({ steps }: PipelineParams): void {
  const refuse = (rule: string, got: unknown) => refuseParam('pipeline', 'steps', rule, got)
  if (!Array.isArray(steps) || steps.length === 0) refuse('a list of [name, estimator]', 'none')
  const names = steps.map(([name]) => name)
  if (new Set(names).size < names.length) refuse('of different names', names)
  for (const [i, [name, step]] of steps.entries()) {
    if (typeof name !== 'string' || name === 'steps' || name.includes('__')) {
      refuse("named without '__', and not 'steps'", name)
    }
    if (!isEstimator(step)) refuse('made of estimators', name)
    if (i < steps.length - 1 && !isTransformer(step)) refuse('transformers but for the last', step.kind)
  }
}

const isTransformer = (step: Estimator): step is Transformer => 'transform' in step

/** Samples after all steps but the last. With targets the steps are fitted on the way. */
function transformed(steps: readonly Step[], X: Samples, fitted?: Targets | 'fitted'): Samples {
  return steps.slice(0, -1).reduce((samples: Samples, [, step]) => {
    if (!isTransformer(step)) return samples
    if (fitted !== 'fitted') step.fit(samples, fitted)
    return step.transform(samples)
  }, X)
}

function methods(state: State<PipelineParams, object>) {
  const call = (name: string) => {
    return (X: Samples, ...rest: unknown[]): unknown => {
      state.matrix(X)
      const { steps } = state.params
      const last = lastOf(steps)
      const method: unknown = Reflect.get(last, name)
      return (method as (...args: unknown[]) => unknown)(transformed(steps, X, 'fitted'), ...rest) // the last step has what the type of the pipeline offers
    }
  }
  const last = lastOf(state.params.steps)
  const own = Object.fromEntries(forwarded.filter((name) => name in last).map((name) => [name, call(name)]))
  Object.defineProperty(own, 'namedSteps', { get: () => Object.fromEntries(state.params.steps) })
  if ('classes_' in last) {
    Object.defineProperty(own, 'classes_', { get: () => Reflect.get(lastOf(state.params.steps), 'classes_') })
  }
  return own
}

function emit(steps: readonly Step[], context: EmitContext, x: string): Emitted {
  const before = steps
    .slice(0, -1)
    .reduce((value, [, step]) => step[internals].emit(context, value).values ?? value, x)
  return lastOf(steps)[internals].emit(context, before)
}
