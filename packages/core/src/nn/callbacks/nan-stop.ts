/** Ends a run as soon as its numbers are not finite any more, before a checkpoint keeps them. */
import { SlipwayError } from '../../base/errors.ts'
import type { Callback, Logs, Run } from '../loop/callback.ts'

export interface NanStopOptions {
  /** Variables are looked through after every so many batches too; 0, never before the loss is bad, unless given. */
  readonly everyBatches?: number
}

/**
 * Throws SLP-T5 where the loss, a metric or a gradient norm of a batch is NaN or infinite, and names the first. With
 * `gradientNorms: 'each'` of `fit` it names the variable whose gradient was the first; with `everyBatches` it finds
 * variables that no loss has shown yet.
 *
 * @example
 * nanStop({ everyBatches: 100 }).name // 'NaN stop'
 */
export function nanStop({ everyBatches = 0 }: NanStopOptions = {}): Callback {
  return {
    name: 'NaN stop',
    priority: -100,
    async onTrainBatchEnd(run, logs) {
      const bad = firstBad(logs)
      const isDue = everyBatches > 0 && run.batch % everyBatches === 0
      const variable = !bad && isDue ? await badVariable(run) : undefined
      const found = bad ?? variable
      if (!found) return
      const { epoch, batch, step } = run
      throw new SlipwayError(
        'SLP-T5',
        `Cannot go on training: all numbers must be finite, got ${found} in epoch ${epoch + 1}, batch ${batch}, step ${step}`,
        {
          remedy:
            'Lower the learning rate, clip gradients (clipNorm), or find the operator: run the model on that batch outside of compile.',
        },
      )
    },
  }
}

/** A gradient says more than the loss it comes with, where the loss is finite; the one of a variable more than the norm of all. */
function firstBad(logs: Logs): string | undefined {
  const bad = Object.entries(logs).filter(([, value]) => !Number.isFinite(value))
  const of = (test: (name: string) => boolean) => bad.find(([name]) => test(name))
  const [name, value] =
    of((one) => one === 'loss') ?? of((one) => one.startsWith('gradientNorm/')) ?? bad[0] ?? []
  if (name === undefined) return undefined
  if (name.startsWith('gradientNorm/'))
    return `a gradient of "${name.slice('gradientNorm/'.length)}" that is ${value}`
  return `${name} ${value}`
}

async function badVariable({ model }: Run): Promise<string | undefined> {
  for (const [path, one] of model.namedVariables()) {
    const { data } = await one.host()
    const at = data.findIndex((value: unknown) => typeof value === 'number' && !Number.isFinite(value))
    if (at >= 0) return `${String(data[at])} in "${path}" at ${at}`
  }
  return undefined
}
