/** Layers that standardise. */
import { float } from '../../ir/builder.ts'
import { ones, zeros } from '../init/initializers.ts'
import { type Module, module } from '../module.ts'
import { applyAll } from '../tensor/apply.ts'
import { applyOperator } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { buffer, parameter, type Variable } from '../variable.ts'

type Layer = Module<[x: Tensor], Tensor>

export interface NormOptions {
  /** Added to variances; 1e-5 unless given. */
  readonly eps?: number
  /** Whether there is a `bias`; true unless given. */
  readonly bias?: boolean
}

export interface BatchNormOptions {
  readonly eps?: number
  /** The part of the running statistics that a batch replaces; 0.1 unless given. */
  readonly momentum?: number
}

/**
 * Standardises each channel, [batch, channels, …], over the batch while training, and by running statistics after it.
 * Parameters `weight` and `bias`, buffers `running_mean` and `running_var` (Ioffe and Szegedy, 2015).
 */
export function batchNorm(channels: number, { eps = 1e-5, momentum = 0.1 }: BatchNormOptions = {}): Layer {
  const parts = {
    weight: parameter({ shape: [channels], init: ones }),
    bias: parameter({ shape: [channels], init: zeros }),
    running_mean: buffer({ shape: [channels], init: zeros }),
    running_var: buffer({ shape: [channels], init: ones }),
  }
  return module(
    'batchNorm',
    parts,
    ({ training, weight, bias, running_mean: mean, running_var: variance }, x: Tensor) => {
      const inputs = [x, weight.tensor, bias.tensor, mean.tensor, variance.tensor].map(({ cell }) => cell)
      if (!training)
        return applyOperator(
          'BatchNormalization',
          [x, weight.tensor, bias.tensor, mean.tensor, variance.tensor],
          { epsilon: float(eps) },
        )
      // With the operator's momentum 0 its running statistics are those of the batch.
      const [y, batchMean, batchVariance] = applyAll(
        'BatchNormalization',
        inputs,
        { epsilon: float(eps), momentum: float(0), training_mode: 1 },
        { outputs: 3 },
      ).map((cell) => x.derive(cell))
      const [batch, , ...rest] = x.shape
      const count = rest.reduce((product, size) => product * size, batch!)
      move(mean, batchMean!, momentum, 1)
      move(variance, batchVariance!, momentum, count / Math.max(1, count - 1))
      return y!
    },
  )
}

function move(running: Variable, batch: Tensor, momentum: number, correction: number): void {
  const next = running.tensor.mul(1 - momentum).add(batch.detach().mul(momentum * correction))
  void running.assign(next, batch)
}

/** Standardises over the last axes, which are of this shape (Ba et al., 2016). Parameters `weight` and `bias`. */
export function layerNorm(
  shape: number | readonly number[],
  { eps = 1e-5, bias = true }: NormOptions = {},
): Layer {
  const list = typeof shape === 'number' ? [shape] : shape
  const parts = {
    weight: parameter({ shape: list, init: ones }),
    bias: bias ? parameter({ shape: list, init: zeros }) : undefined,
  }
  const attributes = { axis: -list.length, epsilon: float(eps) }
  return module('layerNorm', parts, ({ weight, bias }, x: Tensor) =>
    applyOperator('LayerNormalization', [x, weight.tensor, bias?.tensor], attributes),
  )
}

/** Divides by the root of the mean of squares over the last axes (Zhang and Sennrich, 2019). Parameter `weight`. */
export function rmsNorm(
  shape: number | readonly number[],
  { eps = 1e-5 }: Pick<NormOptions, 'eps'> = {},
): Layer {
  const list = typeof shape === 'number' ? [shape] : shape
  const attributes = { axis: -list.length, epsilon: float(eps) }
  return module('rmsNorm', { weight: parameter({ shape: list, init: ones }) }, ({ weight }, x: Tensor) =>
    applyOperator('RMSNormalization', [x, weight.tensor], attributes),
  )
}

/** Standardises groups of channels of each element of the batch (Wu and He, 2018). Parameters `weight` and `bias`. */
export function groupNorm(
  groups: number,
  channels: number,
  { eps = 1e-5 }: Pick<NormOptions, 'eps'> = {},
): Layer {
  const parts = {
    weight: parameter({ shape: [channels], init: ones }),
    bias: parameter({ shape: [channels], init: zeros }),
  }
  const attributes = { num_groups: groups, epsilon: float(eps) }
  return module('groupNorm', parts, ({ weight, bias }, x: Tensor) =>
    applyOperator('GroupNormalization', [x, weight.tensor, bias.tensor], attributes),
  )
}
