/** Runs a graph whose sizes differ from those that clients see. */
import type { Tensor } from '@slipway/core'
import type { CompletedConfig } from '../config/complete-config.ts'
import { reshapedDims } from '../config/reshape.ts'
import type { Executor } from '../contract/executor.ts'

/** The executor for tensors of the clients' shapes; the same one where the configuration reshapes nothing. */
export function reshapeExecutor(executor: Executor, { config, reshapes }: CompletedConfig): Executor {
  if (reshapes.size === 0) return executor
  const { input, output, maxBatchSize } = config.model
  const isBatched = maxBatchSize > 0
  const clientDims = new Map([...input, ...output].map(({ name, dims }) => [name, dims.map(Number)]))
  const convert = (tensors: ReadonlyMap<string, Tensor>, isInput: boolean) =>
    new Map(
      [...tensors].map(([name, value]) => {
        const [graph, client] = [reshapes.get(name), clientDims.get(name)]
        if (!graph || !client) return [name, value]
        const [from, to] = isInput ? [client, graph] : [graph, client]
        return [name, { ...value, shape: reshaped(value.shape, isBatched, from, to) }]
      }),
    )
  return {
    ...executor,
    inputs: executor.inputs,
    run: async (inputs, run) => convert(await executor.run(convert(inputs, true), run), false),
  }
}

function reshaped(
  shape: readonly number[],
  isBatched: boolean,
  from: readonly number[],
  to: readonly number[],
): readonly number[] {
  if (!isBatched) return reshapedDims(shape, from, to)
  return [...shape.slice(0, 1), ...reshapedDims(shape.slice(1), from, to)]
}
