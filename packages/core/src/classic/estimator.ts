/**
 * What every estimator is: hyper-parameters, `fit`, and what it learned under names that end in an underscore.
 * Estimators state the parts that differ; parameters, copies and checks are derived here.
 */
import { SlipwayError } from '../base/errors.ts'
import type { EmitContext, Emitted } from './emit.ts'
import { type Matrix, refuseData, type Samples, toMatrix } from './matrix.ts'
import type { Targets } from './targets.ts'

/** What an estimator can do after `fit`; cross-validation and pipelines go by it. */
export type Role = 'classifier' | 'regressor' | 'transformer' | 'clusterer'
export type Params = Readonly<Record<string, unknown>>

/** What the functions of this folder need of an estimator and its users do not. */
export const internals: unique symbol = Symbol('slipway.classic')
export interface Internals {
  /** A new estimator of the kind, not fitted. */
  readonly make: (params: Params) => Estimator
  readonly params: Params
  readonly emit: (context: EmitContext, x: string) => Emitted
}

export interface Estimator {
  readonly kind: string
  readonly role: Role
  /** Learns from samples (and their targets, where the estimator is supervised). Returns the estimator itself. */
  fit(X: Samples, y?: Targets): this
  /** Hyper-parameters by name; those of the steps of a pipeline as `step__name` too. */
  getParams(): Params
  /** Sets hyper-parameters; `step__name` reaches those of a step. Throws SLP-M1. */
  setParams(params: Params): this
  readonly isFitted: boolean
  /** Features of the samples that it was fitted on. */
  readonly nFeaturesIn_: number
  readonly [internals]: Internals
}

/** Parameters and learned attributes of one estimator as its own functions see them. */
export interface State<P, L> {
  readonly params: P
  /** Throws SLP-M2 before `fit`. */
  readonly learned: L
  /** Samples to predict or transform. Throws SLP-M3 where they have other features than those of `fit`. */
  matrix(X: Samples): Matrix
}

export interface EstimatorSpec<P extends object, L extends object, M extends object> {
  readonly kind: string
  readonly role: Role | ((params: P) => Role)
  readonly defaults: P
  /** Refuses values of hyper-parameters by `refuseParam`; called before fitting. */
  readonly check?: (params: P) => void
  readonly learned: readonly (keyof L & string)[]
  readonly fit: (X: Matrix, y: Targets | undefined, params: P) => L
  readonly methods: (state: State<P, L>) => M
  readonly emit: (state: State<P, L>, context: EmitContext, x: string) => Emitted
}

/** Refuses a hyper-parameter: SLP-M1. */
export function refuseParam(kind: string, name: string, rule: string, got: unknown): never {
  throw new SlipwayError('SLP-M1', `Cannot use ${name} of ${kind}: it must be ${rule}, got ${String(got)}`)
}

export const isEstimator = (value: unknown): value is Estimator =>
  typeof value === 'object' && value !== null && internals in value

/** An estimator of a kind with the given hyper-parameters; the others have their defaults. */
export function createEstimator<P extends object, L extends object, M extends object>(
  spec: EstimatorSpec<P, L, M>,
  given: Partial<P>,
): Estimator & Readonly<L> & M {
  checkNames(spec.kind, spec.defaults, given)
  let params: P = { ...spec.defaults, ...given }
  let fitted: { readonly learned: L; readonly features: number } | undefined
  const need = () => fitted ?? refuseUnfitted(spec.kind)
  const state: State<P, L> = {
    get params() {
      return params
    },
    get learned() {
      return need().learned
    },
    matrix: (X) => checkFeatures(toMatrix(X), need().features),
  }
  const self = {
    kind: spec.kind,
    get role() {
      return typeof spec.role === 'function' ? spec.role(params) : spec.role
    },
    fit(X: Samples, y?: Targets) {
      spec.check?.(params)
      const data = toMatrix(X)
      if (data.rows === 0 || data.columns === 0)
        refuseData('there must be some', `[${data.rows}, ${data.columns}]`)
      fitted = { learned: spec.fit(data, y, params), features: data.columns }
      return self
    },
    getParams: () => withNested(params),
    setParams(changed: Params) {
      params = { ...params, ...ownParams(spec.kind, params, changed) }
      return self
    },
    get isFitted() {
      return fitted !== undefined
    },
    get nFeaturesIn_() {
      return need().features
    },
    [internals]: {
      make: (next: Params) => createEstimator(spec, next as Partial<P>), // createEstimator checks the names
      get params() {
        return { ...params }
      },
      emit: (context: EmitContext, x: string) => spec.emit(state, context, x),
    },
  }
  // Descriptors, because methods may be getters.
  Object.defineProperties(self, Object.getOwnPropertyDescriptors(spec.methods(state)))
  for (const name of spec.learned) {
    Object.defineProperty(self, name, { enumerable: false, get: () => need().learned[name] })
  }
  return self as never // the getters above are the attributes of L
}

function refuseUnfitted(kind: string): never {
  throw new SlipwayError('SLP-M2', `Cannot use ${kind}: it must be fitted first, got no samples yet`, {
    remedy: 'Call fit.',
  })
}

function checkFeatures(X: Matrix, features: number): Matrix {
  return X.columns === features ? X : refuseData(`samples must have ${features} features`, X.columns)
}

function checkNames(kind: string, known: object, given: object): void {
  for (const name of Object.keys(given)) {
    if (!(name in known)) {
      refuseParam(kind, `parameters`, `of the names ${Object.keys(known).join(', ')}`, name)
    }
  }
}

/** Estimators among the parameters, by the name that leads to theirs. */
function nestedIn(params: object): (readonly [string, Estimator])[] {
  return Object.entries(params).flatMap(([name, value]): (readonly [string, Estimator])[] => {
    if (isEstimator(value)) return [[name, value]]
    if (!Array.isArray(value)) return []
    return value.flatMap((item) =>
      Array.isArray(item) && isEstimator(item[1]) ? [[String(item[0]), item[1]]] : [],
    )
  })
}

function withNested(params: object): Params {
  const nested = nestedIn(params).flatMap(([name, estimator]) =>
    Object.entries(estimator.getParams()).map(([inner, value]) => [`${name}__${inner}`, value] as const),
  )
  return { ...params, ...Object.fromEntries(nested) }
}

/** Hands `step__name` on to the steps; what is left belongs to the estimator itself. */
function ownParams(kind: string, params: object, changed: Params): Params {
  const own: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(changed)) {
    const cut = name.indexOf('__')
    if (cut < 0) own[name] = value
    else {
      const step = nestedIn(params).find(([label]) => label === name.slice(0, cut))
      if (!step) return refuseParam(kind, 'parameters', 'of a step that there is', name)
      step[1].setParams({ [name.slice(cut + 2)]: value })
    }
  }
  checkNames(kind, params, own)
  return own
}

/**
 * A new estimator with the same hyper-parameters and nothing learned.
 *
 * @example
 * const model = kNeighborsClassifier({ nNeighbors: 3 })
 * clone(model).getParams()['nNeighbors'] // 3
 */
export function clone<E extends Estimator>(estimator: E): E {
  const { make, params } = estimator[internals]
  return make(Object.fromEntries(Object.entries(params).map(([name, value]) => [name, cloned(value)]))) as E // made by the function that made it
}

function cloned(value: unknown): unknown {
  if (isEstimator(value)) return clone(value)
  return Array.isArray(value) ? value.map(cloned) : value
}
