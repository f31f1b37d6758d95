/** The four roles: what each offers after `fit`, derived from the one function in which its estimators differ. */
import type { Tensor } from '../base/tensor.ts'
import type { EmitContext, Emitted } from './emit.ts'
import { createEstimator, type Estimator } from './estimator.ts'
import { type Matrix, refuseData, rowOf, type Samples, topIndex, toTensor } from './matrix.ts'
import { accuracyScore, r2Score } from './metrics.ts'
import { type EncodedLabels, encodeLabels, type Label, type Targets, toValues } from './targets.ts'

export interface Classifier extends Estimator {
  fit(X: Samples, y: Targets): this
  predict(X: Samples): Label[]
  /** Probabilities [samples, classes], in the order of `classes_`. */
  predictProba(X: Samples): Tensor<'float64'>
  /** The share of right labels. */
  score(X: Samples, y: Targets): number
  readonly classes_: readonly Label[]
}

export interface Regressor extends Estimator {
  fit(X: Samples, y: Targets): this
  predict(X: Samples): Float64Array
  /** The coefficient of determination. */
  score(X: Samples, y: Targets): number
}

export interface Transformer extends Estimator {
  transform(X: Samples): Tensor<'float64'>
  fitTransform(X: Samples, y?: Targets): Tensor<'float64'>
}

interface Common<P, L> {
  readonly kind: string
  readonly defaults: P
  readonly check?: (params: P) => void
  /** Names of the learned attributes that are public. */
  readonly learned: readonly (keyof L & string)[]
  readonly emit: (learned: L, params: P, context: EmitContext, x: string) => Emitted
}

/** What a factory takes: any of the hyper-parameters. */
export type Given<P> = { readonly [K in keyof P]?: P[K] }

export interface ClassifierSpec<P extends object, L extends { readonly classes_: readonly Label[] }>
  extends Common<P, L> {
  readonly fit: (X: Matrix, labels: EncodedLabels, params: P) => L
  readonly probabilities: (X: Matrix, learned: L, params: P) => Matrix
}

/** A factory of classifiers. */
export function defineClassifier<P extends object, L extends { readonly classes_: readonly Label[] }>(
  spec: ClassifierSpec<P, L>,
): (params?: Given<P>) => Classifier & Readonly<L> {
  return (given = {}) =>
    createEstimator(
      {
        ...spec,
        role: 'classifier',
        fit: (X, y, params: P) => {
          const labels = encodeLabels(y, X.rows)
          if (labels.classes.length < 2)
            refuseData('there must be two classes or more', labels.classes.length)
          return spec.fit(X, labels, params)
        },
        methods: (state) => {
          const probabilities = (X: Samples) =>
            spec.probabilities(state.matrix(X), state.learned, state.params)
          const predict = (X: Samples) => {
            const found = probabilities(X)
            return Array.from(
              { length: found.rows },
              (_, i) => state.learned.classes_[topIndex(rowOf(found, i))]!,
            )
          }
          return {
            predict,
            predictProba: (X: Samples) => toTensor(probabilities(X)),
            score: (X: Samples, y: Targets) => accuracyScore(y, predict(X)),
          }
        },
        emit: (state, context, x) => spec.emit(state.learned, state.params, context, x),
      },
      given as Partial<P>, // the same type, but for readonly
    ) as Classifier & Readonly<L> // fit needs targets, which the general estimator need not
}

export interface RegressorSpec<P extends object, L extends object> extends Common<P, L> {
  readonly fit: (X: Matrix, values: Float64Array, params: P) => L
  readonly values: (X: Matrix, learned: L, params: P) => Float64Array
}

/** A factory of regressors. */
export function defineRegressor<P extends object, L extends object>(
  spec: RegressorSpec<P, L>,
): (params?: Given<P>) => Regressor & Readonly<L> {
  return (given = {}) =>
    createEstimator(
      {
        ...spec,
        role: 'regressor',
        fit: (X, y, params: P) => spec.fit(X, toValues(y, X.rows), params),
        methods: (state) => {
          const predict = (X: Samples) => spec.values(state.matrix(X), state.learned, state.params)
          return { predict, score: (X: Samples, y: Targets) => r2Score(y, predict(X)) }
        },
        emit: (state, context, x) => spec.emit(state.learned, state.params, context, x),
      },
      given as Partial<P>, // the same type, but for readonly
    ) as Regressor & Readonly<L> // fit needs targets, which the general estimator need not
}

export interface TransformerSpec<P extends object, L extends object> extends Common<P, L> {
  readonly fit: (X: Matrix, params: P) => L
  readonly transform: (X: Matrix, learned: L, params: P) => Matrix
}

/** A factory of transformers. */
export function defineTransformer<P extends object, L extends object>(
  spec: TransformerSpec<P, L>,
): (params?: Given<P>) => Transformer & Readonly<L> {
  return (given = {}) => {
    const self: Transformer & Readonly<L> = createEstimator(
      {
        ...spec,
        role: 'transformer',
        fit: (X, _, params: P) => spec.fit(X, params),
        methods: (state) => {
          const transform = (X: Samples) =>
            toTensor(spec.transform(state.matrix(X), state.learned, state.params))
          return {
            transform,
            fitTransform: (X: Samples) => {
              self.fit(X)
              return transform(X)
            },
          }
        },
        emit: (state, context, x) => spec.emit(state.learned, state.params, context, x),
      },
      given as Partial<P>, // the same type, but for readonly
    )
    return self
  }
}
