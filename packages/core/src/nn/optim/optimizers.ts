/** Optimisers by their usual names, with PyTorch's defaults. */
import type { Variable } from '../variable.ts'
import { type Optimizer, optimizer } from './optimizer.ts'
import type { Rate } from './schedule.ts'
import { chain, masked, type Transform } from './transform.ts'
import {
  type AdamOptions,
  addDecayedWeights,
  clipByGlobalNorm,
  clipByValue,
  orthogonalize,
  type RmsOptions,
  scaleByAdagrad,
  scaleByAdam,
  scaleByLearningRate,
  scaleByRms,
  scaleByTrustRatio,
  trace,
} from './transforms.ts'

export interface OptimizerOptions {
  readonly learningRate?: Rate
  /** Decay of weights; how it is applied depends on the optimiser. 0 unless the optimiser says otherwise. */
  readonly weightDecay?: number
  /** Variables whose weights decay; matrices and kernels, not biases and gains, are the usual choice. All unless given. */
  readonly decays?: (variable: Variable) => boolean
  /** Limit of the norm of all gradients together. */
  readonly clipNorm?: number
  /** Limit of each element of gradients. */
  readonly clipValue?: number
}

export interface SgdOptions extends OptimizerOptions {
  readonly momentum?: number
  readonly dampening?: number
  readonly nesterov?: boolean
}

/** Stochastic gradient descent, with or without momentum. Learning rate 0.01 unless given. */
export function sgd(variables: readonly Variable[], options: SgdOptions = {}): Optimizer {
  const { momentum = 0, dampening, nesterov, learningRate = 0.01 } = options
  const moves =
    momentum === 0
      ? []
      : [trace({ momentum, ...(dampening && { dampening }), ...(nesterov && { nesterov }) })]
  return optimizer(
    'SGD',
    variables,
    chain(...clips(options), ...coupledDecay(options), ...moves, scaleByLearningRate(learningRate)),
  )
}

/** Kingma and Ba, "Adam", 2015. Learning rate 0.001 unless given; decay is added to the gradients. */
export function adam(
  variables: readonly Variable[],
  options: OptimizerOptions & AdamOptions = {},
): Optimizer {
  const { learningRate = 1e-3 } = options
  return optimizer(
    'Adam',
    variables,
    chain(
      ...clips(options),
      ...coupledDecay(options),
      scaleByAdam(options),
      scaleByLearningRate(learningRate),
    ),
  )
}

/** Adam with decoupled decay (Loshchilov and Hutter, 2019), 0.01 unless given. Learning rate 0.001 unless given. */
export function adamW(
  variables: readonly Variable[],
  options: OptimizerOptions & AdamOptions = {},
): Optimizer {
  const { learningRate = 1e-3 } = options
  return optimizer(
    'AdamW',
    variables,
    chain(
      ...clips(options),
      scaleByAdam(options),
      ...decoupledDecay(options, 0.01),
      scaleByLearningRate(learningRate),
    ),
  )
}

/** Learning rate 0.01 unless given. */
export function rmsProp(
  variables: readonly Variable[],
  options: OptimizerOptions & RmsOptions & { readonly momentum?: number } = {},
): Optimizer {
  const { learningRate = 0.01, momentum = 0 } = options
  const moves = momentum === 0 ? [] : [trace({ momentum })]
  return optimizer(
    'RMSprop',
    variables,
    chain(
      ...clips(options),
      ...coupledDecay(options),
      scaleByRms(options),
      ...moves,
      scaleByLearningRate(learningRate),
    ),
  )
}

/** Learning rate 0.01 unless given. */
export function adagrad(
  variables: readonly Variable[],
  options: OptimizerOptions & { readonly epsilon?: number } = {},
): Optimizer {
  const { learningRate = 0.01 } = options
  return optimizer(
    'Adagrad',
    variables,
    chain(
      ...clips(options),
      ...coupledDecay(options),
      scaleByAdagrad(options),
      scaleByLearningRate(learningRate),
    ),
  )
}

/** Adam with a rate for each layer, for large batches (You et al., "LAMB", 2020). Learning rate 0.001 unless given. */
export function lamb(
  variables: readonly Variable[],
  options: OptimizerOptions & AdamOptions = {},
): Optimizer {
  const { learningRate = 1e-3 } = options
  const direction = chain(scaleByAdam({ epsilon: 1e-6, ...options }), ...decoupledDecay(options, 0))
  return optimizer(
    'Lamb',
    variables,
    chain(...clips(options), direction, scaleByTrustRatio(), scaleByLearningRate(learningRate)),
  )
}

export interface MuonOptions extends OptimizerOptions {
  /** 0.95 unless given. */
  readonly momentum?: number
  /** Variables that Muon changes; those of two axes and more unless given. AdamW changes the others. */
  readonly orthogonalizes?: (variable: Variable) => boolean
  /** Of AdamW, for the others. */
  readonly adam?: AdamOptions & { readonly learningRate?: Rate }
}

/** Momentum made orthogonal (Jordan et al., "Muon", 2024). Learning rate 0.02 unless given. */
export function muon(variables: readonly Variable[], options: MuonOptions = {}): Optimizer {
  const { learningRate = 0.02, momentum = 0.95, orthogonalizes = ({ shape }) => shape.length >= 2 } = options
  const { learningRate: adamRate = 3e-4, ...adamOptions } = options.adam ?? {}
  const own = chain(
    trace({ momentum, nesterov: true }),
    orthogonalize(),
    ...decoupledDecay(options, 0),
    scaleByLearningRate(learningRate),
  )
  const others = chain(scaleByAdam(adamOptions), ...decoupledDecay(options, 0), scaleByLearningRate(adamRate))
  return optimizer(
    'Muon',
    variables,
    chain(
      ...clips(options),
      masked(own, orthogonalizes),
      masked(others, (one) => !orthogonalizes(one)),
    ),
  )
}

function clips({ clipNorm, clipValue }: OptimizerOptions): Transform[] {
  return [
    ...(clipValue === undefined ? [] : [clipByValue(clipValue)]),
    ...(clipNorm === undefined ? [] : [clipByGlobalNorm(clipNorm)]),
  ]
}

/** L2 regularisation: a part of the gradient. */
function coupledDecay({ weightDecay = 0, decays }: OptimizerOptions): Transform[] {
  return weightDecay === 0 ? [] : [addDecayedWeights(weightDecay, decays)]
}

function decoupledDecay({ weightDecay, decays }: OptimizerOptions, usual: number): Transform[] {
  const decay = weightDecay ?? usual
  return decay === 0 ? [] : [addDecayedWeights(decay, decays)]
}
